package io.sluice.shadowsocks.packet;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.BlockCipher;
import io.sluice.shadowsocks.crypto.KeyDerivation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/** Packets from a stranger, and from somebody who has the key. The first octet chooses the method. */
class ShadowsocksPacketFuzzTest {

    private static final long NOW = 1_790_000_000L;
    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 1);
    private static final PacketContext CONTEXT =
            new PacketContext(new SecureRandom(), () -> NOW, () -> 0, ByteBufAllocator.DEFAULT);

    private static Method method(byte[] octets) {
        return Method.values()[(octets.length == 0 ? 0 : octets[0] & 0xFF) % Method.values().length];
    }

    private static byte[] rest(byte[] octets) {
        return octets.length == 0 ? octets : Arrays.copyOfRange(octets, 1, octets.length);
    }

    private static String password(Method method) {
        return method.is2022() ? Base64.getEncoder().encodeToString(new byte[method.keyLength()]) : "x";
    }

    private static ServerPackets server(Method method) {
        return ServerPackets.of(ServerKeys.of(method, password(method), Map.of()), CONTEXT);
    }

    private static ClientPackets client(Method method) {
        return ClientPackets.of(ClientKeys.of(method, password(method)), CONTEXT);
    }

    @FuzzTest
    void packet(byte[] octets) {
        Method method = method(octets);
        byte[] packet = rest(octets);
        ServerPackets server = server(method);
        assertThat(atServer(server, packet)).isFalse();
        assertThat(server.sessions()).isZero();
        ByteBuf in = Unpooled.buffer().writeBytes(packet);
        try {
            client(method).open(in);
            throw new AssertionError("a stranger's packet was taken");
        } catch (FaultException expected) {
            assertThat(in.refCnt()).isZero();
        }
    }

    /** Whoever has the key writes any body. */
    @FuzzTest
    void sealedPacket(byte[] octets) {
        Method method = method(octets);
        byte[] key = ClientKeys.of(method, password(method)).key();
        byte[] packet = method.is2022() ? modern(method, key, rest(octets)) : sealed(method, key, rest(octets));
        ServerPackets server = server(method);
        boolean taken = atServer(server, packet);
        if (taken) {
            assertThat(atServer(server, packet)).as("again").isFalse();
        }
        assertThat(server.sessions()).isEqualTo(taken ? 1 : 0);
    }

    private static boolean atServer(ServerPackets server, byte[] packet) {
        ByteBuf in = Unpooled.buffer().writeBytes(packet);
        try {
            server.open(in, CLIENT).datagram().payload().release();
            return true;
        } catch (FaultException e) {
            return false;
        } finally {
            assertThat(in.refCnt()).isZero();
        }
    }

    private static byte[] sealed(Method method, byte[] key, byte[] body) {
        byte[] salt = new byte[method.saltLength()];
        byte[] array = Arrays.copyOf(body, body.length + Aead.TAG_LENGTH);
        new Aead(method.algorithm(), KeyDerivation.sessionSubkey(method, key, salt))
                .seal(new byte[method.algorithm().nonceLength()], array, 0, body.length);
        return joined(salt, array);
    }

    /** Session 0, number 0, type and time as they should be, and then the body. */
    private static byte[] modern(Method method, byte[] key, byte[] body) {
        ByteBuf plain = Unpooled.buffer();
        boolean separate = Construction.hasSeparateHeader(method);
        if (!separate) {
            plain.writeZero(PacketNumber.LENGTH);
        }
        plain.writeByte(MainHeader.CLIENT).writeLong(NOW).writeBytes(body);
        int length = plain.readableBytes();
        byte[] array = new byte[length + Aead.TAG_LENGTH];
        plain.readBytes(array, 0, length).release();
        byte[] header = new byte[separate ? PacketNumber.LENGTH : Construction.RANDOM_NONCE];
        Construction.body(method, key, 0).seal(separate ? Construction.nonce(header, 0) : header, array, 0, length);
        if (separate) {
            BlockCipher.encrypting(key).apply(header, 0, header, 0);
        }
        return joined(header, array);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
