package io.sluice.netstack.engine.tcp;

import io.sluice.wire.Checksums;
import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpOptionWriter;
import io.sluice.wire.TcpOptions;
import io.sluice.wire.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A segment as a test writes it: to be sent, or as a pattern of which only what was set is compared. Sequence numbers are relative to each
 * side's initial one, so SYN is 0 and the first octet is 1.
 */
public final class Seg {

    public static final int UNSET = Integer.MIN_VALUE;

    public int flags;
    public int seq = UNSET;
    public int ack = UNSET;
    public int window = UNSET;
    public int length = UNSET;
    public byte[] data;
    public int mss = UNSET;
    int scale = UNSET;
    Boolean sackPermitted;
    public int tsValue = UNSET;
    public int tsEcho = UNSET;
    Boolean timestamps;
    List<Integer> sack;
    public byte[] rawOptions;
    /** Of the IP header: RFC 3168 §5. */
    public int codepoint = UNSET;

    public boolean corrupt;

    public static Seg of(int flags) {
        Seg seg = new Seg();
        seg.flags = flags;
        return seg;
    }

    public static Seg syn() {
        return of(TcpHeader.SYN).seq(0).mss(1460);
    }

    public static Seg synAck() {
        return of(TcpHeader.SYN | TcpHeader.ACK);
    }

    public static Seg ack() {
        return of(TcpHeader.ACK);
    }

    public static Seg fin() {
        return of(TcpHeader.FIN | TcpHeader.ACK);
    }

    public static Seg rst() {
        return of(TcpHeader.RST);
    }

    public static Seg rstAck() {
        return of(TcpHeader.RST | TcpHeader.ACK);
    }

    public static Seg data(String text) {
        Seg seg = ack();
        seg.data = text.getBytes(StandardCharsets.ISO_8859_1);
        return seg;
    }

    /** {@code octets} octets of the letter. */
    public static Seg bulk(char letter, int octets) {
        return data(String.valueOf(letter).repeat(octets));
    }

    public Seg seq(int value) {
        seq = value;
        return this;
    }

    public Seg ack(int value) {
        ack = value;
        return this;
    }

    public Seg window(int value) {
        window = value;
        return this;
    }

    public Seg length(int value) {
        length = value;
        return this;
    }

    public Seg mss(int value) {
        mss = value;
        return this;
    }

    public Seg scale(int value) {
        scale = value;
        return this;
    }

    public Seg sackPermitted(boolean value) {
        sackPermitted = value;
        return this;
    }

    public Seg ts(int value, int echo) {
        timestamps = true;
        tsValue = value;
        tsEcho = echo;
        return this;
    }

    public Seg echo(int echo) {
        timestamps = true;
        tsEcho = echo;
        return this;
    }

    public Seg noTimestamps() {
        timestamps = false;
        return this;
    }

    public Seg sack(Integer... edges) {
        sack = List.of(edges);
        return this;
    }

    public Seg options(int... octets) {
        rawOptions = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            rawOptions[i] = (byte) octets[i];
        }
        return this;
    }

    public Seg flag(int more) {
        flags |= more;
        return this;
    }

    /** RFC 3168 §5: 2 is ECT(0), 3 is CE. */
    public Seg codepoint(int ecn) {
        codepoint = ecn;
        return this;
    }

    public Seg corrupt() {
        corrupt = true;
        return this;
    }

    /** An IPv4 packet from the client. */
    public byte[] packet(
            int source, int destination, int sourcePort, int destinationPort, int clientIsn, int serverIsn) {
        ByteBuffer out = ByteBuffer.allocate(20 + 60 + (data == null ? 0 : data.length));
        int at = 20;
        int end = at + 20;
        if (rawOptions != null) {
            out.put(end, rawOptions);
            end += rawOptions.length;
        }
        if (mss != UNSET) {
            end = TcpOptionWriter.mss(out, end, mss);
        }
        if (scale != UNSET) {
            end = TcpOptionWriter.windowScale(out, end, scale);
        }
        if (Boolean.TRUE.equals(sackPermitted)) {
            end = TcpOptionWriter.sackPermitted(out, end);
        }
        if (Boolean.TRUE.equals(timestamps)) {
            end = TcpOptionWriter.timestamps(out, end, tsValue, tsEcho == UNSET ? 0 : tsEcho);
        }
        if (sack != null) {
            end = TcpOptionWriter.sackHeader(out, end, sack.size() / 2);
            for (int i = 0; i < sack.size(); i += 2) {
                end = TcpOptionWriter.sackBlock(out, end, serverIsn + sack.get(i), serverIsn + sack.get(i + 1));
            }
        }
        int header = end - at;
        TcpHeader.write(
                out,
                at,
                sourcePort,
                destinationPort,
                clientIsn + (seq == UNSET ? 0 : seq),
                (flags & TcpHeader.ACK) != 0 ? serverIsn + (ack == UNSET ? 0 : ack) : 0,
                header,
                flags,
                window == UNSET ? 0xffff : window);
        if (data != null) {
            out.put(end, data);
            end += data.length;
        }
        int tos = codepoint == UNSET ? 0 : codepoint;
        Ipv4Header.write(out, 0, tos, end, 0, Ipv4Header.DONT_FRAGMENT, 64, IpProtocol.TCP, source, destination);
        TcpHeader.putChecksum(out, at, end - at, Ipv4Header.addressSum(out, 0));
        if (corrupt) {
            out.put(end - 1, (byte) (out.get(end - 1) ^ 0x5a));
        }
        byte[] octets = new byte[end];
        out.get(0, octets);
        return octets;
    }

    /** Reads a packet to the client; the checksum is verified unless it was left to the device. */
    public static Seg parse(byte[] octets, boolean partial, int clientIsn, int serverIsn) {
        ByteBuffer in = ByteBuffer.wrap(octets);
        Verdict ip = Ipv4Header.check(in, 0, octets.length, Checksums.VERIFY);
        int at = Ipv4Header.payloadAt(in, 0);
        int total = Ipv4Header.payloadLength(in, 0);
        Checksums how = partial ? Checksums.OFFLOADED : Checksums.VERIFY;
        Verdict tcp = TcpHeader.check(in, at, total, Ipv4Header.addressSum(in, 0), how);
        if (ip != Verdict.OK || tcp != Verdict.OK) {
            throw new AssertionError("the stack sent a malformed packet: " + ip + ", " + tcp);
        }
        TcpOptions options = new TcpOptions();
        options.parse(in, at);
        Seg seg = of(TcpHeader.flags(in, at));
        seg.seq = TcpHeader.sequence(in, at) - serverIsn;
        seg.ack = seg.has(TcpHeader.ACK) ? TcpHeader.acknowledgment(in, at) - clientIsn : UNSET;
        seg.window = TcpHeader.window(in, at);
        seg.codepoint = Ipv4Header.tos(in, 0) & 3;
        int header = TcpHeader.headerLength(in, at);
        seg.length = total - header;
        seg.data = new byte[seg.length];
        in.get(at + header, seg.data);
        seg.mss = options.mss();
        seg.scale = options.windowScale();
        seg.sackPermitted = options.sackPermitted();
        seg.timestamps = options.hasTimestamps();
        seg.tsValue = options.timestampValue();
        seg.tsEcho = options.timestampEcho();
        seg.sack = new ArrayList<>();
        for (int i = 0; i < options.sackCount(); i++) {
            seg.sack.add(options.sackLeft(i) - clientIsn);
            seg.sack.add(options.sackRight(i) - clientIsn);
        }
        return seg;
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** What differs from the pattern, or null. */
    String mismatch(Seg pattern) {
        if ((flags & ~TcpHeader.PSH) != (pattern.flags & ~TcpHeader.PSH)) {
            return "flags";
        }
        if (pattern.seq != UNSET && seq != pattern.seq) {
            return "seq";
        }
        if (pattern.ack != UNSET && ack != pattern.ack) {
            return "ack";
        }
        if (pattern.window != UNSET && window != pattern.window) {
            return "window";
        }
        if (pattern.length != UNSET && length != pattern.length) {
            return "length";
        }
        if (pattern.data != null && !Arrays.equals(data, pattern.data)) {
            return "data";
        }
        if (pattern.codepoint != UNSET && codepoint != pattern.codepoint) {
            return "codepoint";
        }
        if (pattern.has(TcpHeader.SYN) && pattern.mss != UNSET && mss != pattern.mss) {
            return "mss";
        }
        if (pattern.scale != UNSET && scale != pattern.scale) {
            return "scale";
        }
        if (pattern.sackPermitted != null && !sackPermitted.equals(pattern.sackPermitted)) {
            return "sackPermitted";
        }
        if (pattern.timestamps != null && !timestamps.equals(pattern.timestamps)) {
            return "timestamps";
        }
        if (pattern.tsEcho != UNSET && tsEcho != pattern.tsEcho) {
            return "tsEcho";
        }
        return pattern.sack != null && !sack.equals(pattern.sack) ? "sack" : null;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        String[] names = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
        for (int i = 0; i < names.length; i++) {
            if ((flags >> i & 1) != 0) {
                text.append(names[i]).append(' ');
            }
        }
        append(text, "seq", seq);
        append(text, "ack", ack);
        append(text, "win", window);
        append(text, "len", length);
        append(text, "mss", mss);
        append(text, "ws", scale);
        append(text, "ecn", codepoint);
        if (Boolean.TRUE.equals(timestamps)) {
            append(text, "ts", tsValue);
            append(text, "echo", tsEcho);
        }
        if (sack != null && !sack.isEmpty()) {
            text.append("sack=").append(sack);
        }
        return text.toString().trim();
    }

    private static void append(StringBuilder text, String name, int value) {
        if (value != UNSET && value != -1) {
            text.append(name).append('=').append(value).append(' ');
        }
    }
}
