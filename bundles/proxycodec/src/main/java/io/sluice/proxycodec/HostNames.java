package io.sluice.proxycodec;

import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/**
 * Names of hosts as proxy protocols carry them: a length octet and visible ASCII. A name is an unresolved {@link InetSocketAddress}; a name that is an
 * address in text becomes that address, so that no rule on addresses can be passed by writing it as a name.
 */
public final class HostNames {

    /** What a length octet can say. */
    public static final int MAX_LENGTH = 255;

    private HostNames() {}

    /** Whether its host can be carried: an address, or a name of 1 to 255 octets of visible ASCII. */
    public static boolean isCarriable(InetSocketAddress endpoint) {
        if (!endpoint.isUnresolved()) {
            return true;
        }
        String name = endpoint.getHostString();
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isVisible(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether these octets may stand in a name. */
    public static boolean areVisible(ByteBuf in, int index, int length) {
        for (int i = index; i < index + length; i++) {
            if (!isVisible(in.getUnsignedByte(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVisible(int octet) {
        return octet > ' ' && octet <= '~';
    }

    /** Takes a name off. */
    public static String read(ByteBuf in, int length) {
        return in.readCharSequence(length, StandardCharsets.US_ASCII).toString();
    }

    /** A name with a port, or the address that the name is. */
    public static InetSocketAddress endpoint(String name, int port) {
        byte[] octets = NetUtil.createByteArrayFromIpAddressString(name);
        return octets == null
                ? InetSocketAddress.createUnresolved(name, port)
                : new InetSocketAddress(address(octets), port);
    }

    /** @param octets 4 or 16 */
    public static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 octets are always an address", e);
        }
    }
}
