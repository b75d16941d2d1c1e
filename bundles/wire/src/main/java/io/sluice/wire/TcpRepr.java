package io.sluice.wire;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A TCP header with its options as a value, without checksum and without payload.
 *
 * @param sequence the 32 bits
 * @param acknowledgment the 32 bits
 * @param flags control bits of {@link TcpHeader}
 * @param window 0..65535, not scaled
 * @param options what is announced, in this appliance's own order when written
 */
public record TcpRepr(
        int sourcePort,
        int destinationPort,
        int sequence,
        int acknowledgment,
        int flags,
        int window,
        int urgentPointer,
        Options options) {

    /**
     * The options of {@link TcpOptions} as a value. MSS, window scale and SACK-permitted exist with SYN only.
     *
     * @param windowScale shift 0..14
     * @param sackBlocks at most 4, at most 3 beside timestamps
     */
    public record Options(
            OptionalInt mss,
            OptionalInt windowScale,
            boolean sackPermitted,
            Optional<Timestamps> timestamps,
            List<SackBlock> sackBlocks) {

        /** No option at all. */
        public static final Options NONE =
                new Options(OptionalInt.empty(), OptionalInt.empty(), false, Optional.empty(), List.of());

        public Options {
            sackBlocks = List.copyOf(sackBlocks);
        }

        /** Octets that these options take in a header, a multiple of 4. */
        public int length() {
            int octets = mss.isPresent() ? TcpOptionWriter.MSS_LENGTH : 0;
            octets += windowScale.isPresent() ? TcpOptionWriter.WINDOW_SCALE_LENGTH : 0;
            octets += sackPermitted ? TcpOptionWriter.SACK_PERMITTED_LENGTH : 0;
            octets += timestamps.isPresent() ? TcpOptionWriter.TIMESTAMPS_LENGTH : 0;
            return sackBlocks.isEmpty()
                    ? octets
                    : octets
                            + TcpOptionWriter.SACK_HEADER_LENGTH
                            + TcpOptionWriter.SACK_BLOCK_LENGTH * sackBlocks.size();
        }

        private void emit(ByteBuffer buf, int at) {
            int index = at;
            if (mss.isPresent()) {
                index = TcpOptionWriter.mss(buf, index, mss.getAsInt());
            }
            if (sackPermitted) {
                index = TcpOptionWriter.sackPermitted(buf, index);
            }
            if (timestamps.isPresent()) {
                Timestamps pair = timestamps.get();
                index = TcpOptionWriter.timestamps(buf, index, pair.value(), pair.echo());
            }
            if (windowScale.isPresent()) {
                index = TcpOptionWriter.windowScale(buf, index, windowScale.getAsInt());
            }
            if (!sackBlocks.isEmpty()) {
                index = TcpOptionWriter.sackHeader(buf, index, sackBlocks.size());
                for (SackBlock block : sackBlocks) {
                    index = TcpOptionWriter.sackBlock(buf, index, block.left(), block.right());
                }
            }
        }

        private static Options parse(ByteBuffer buf, int at) {
            TcpOptions found = new TcpOptions();
            found.parse(buf, at);
            return new Options(
                    present(found.mss()),
                    present(found.windowScale()),
                    found.sackPermitted(),
                    found.hasTimestamps()
                            ? Optional.of(new Timestamps(found.timestampValue(), found.timestampEcho()))
                            : Optional.empty(),
                    IntStream.range(0, found.sackCount())
                            .mapToObj(block -> new SackBlock(found.sackLeft(block), found.sackRight(block)))
                            .toList());
        }

        private static OptionalInt present(int value) {
            return value == TcpOptions.ABSENT ? OptionalInt.empty() : OptionalInt.of(value);
        }
    }

    /** RFC 7323 §3.2: TSval and TSecr. */
    public record Timestamps(int value, int echo) {}

    /** RFC 2018 §3: first sequence number, and the one behind the last. */
    public record SackBlock(int left, int right) {}

    /** Reads a header that {@link TcpHeader#check} has accepted; options behind a malformed one are not seen. */
    public static TcpRepr parse(ByteBuffer buf, int at) {
        return new TcpRepr(
                TcpHeader.sourcePort(buf, at),
                TcpHeader.destinationPort(buf, at),
                TcpHeader.sequence(buf, at),
                TcpHeader.acknowledgment(buf, at),
                TcpHeader.flags(buf, at),
                TcpHeader.window(buf, at),
                TcpHeader.urgentPointer(buf, at),
                Options.parse(buf, at));
    }

    /** Octets of the header with its options, 20..60. */
    public int headerLength() {
        return TcpHeader.MIN_LENGTH + options.length();
    }

    /** Writes {@link #headerLength} octets; the checksum is zero, for {@link TcpHeader#putChecksum} to fill. */
    public void emit(ByteBuffer buf, int at) {
        TcpHeader.write(buf, at, sourcePort, destinationPort, sequence, acknowledgment, headerLength(), flags, window);
        TcpHeader.putUrgentPointer(buf, at, urgentPointer);
        options.emit(buf, at + TcpHeader.OPTIONS);
    }
}
