package io.sluice.netstack.engine.tcp;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** What packet scripts ask about a connection, in the layout of Linux's {@code struct tcp_info}. */
public final class ConnectionView {

    private static final int INFO_LENGTH = 320;

    /** Members that {@link #info} fills; a script's opinion about others can't be checked. */
    public static final List<String> MEMBERS = List.of(
            "tcpi_state",
            "tcpi_ca_state",
            "tcpi_backoff",
            "tcpi_snd_mss",
            "tcpi_unacked",
            "tcpi_sacked",
            "tcpi_lost",
            "tcpi_retrans",
            "tcpi_rtt",
            "tcpi_rttvar",
            "tcpi_snd_ssthresh",
            "tcpi_snd_cwnd",
            "tcpi_advmss",
            "tcpi_notsent_bytes",
            "tcpi_snd_wnd",
            "tcpi_rcv_wnd");

    private static final int OPEN = 0;
    private static final int DISORDER = 1;
    private static final int REDUCING = 2;
    private static final int RECOVERY = 3;
    private static final int LOSS = 4;

    private ConnectionView() {}

    public static int unread(TcpConnection connection) {
        return connection.receiver.queuedBytes();
    }

    /** Octets written and not acknowledged. */
    public static int queued(TcpConnection connection) {
        return queue(connection.sender).sizeBytes();
    }

    public static int segmentSize(TcpConnection connection) {
        return connection.sender.segmentSize();
    }

    public static byte[] info(TcpConnection connection) {
        Sender sender = connection.sender;
        Scoreboard board = sender.board();
        int segment = sender.segmentSize();
        ByteBuffer info = ByteBuffer.allocate(INFO_LENGTH).order(ByteOrder.nativeOrder());
        info.put(0, (byte) stateNumber(connection.state()));
        info.put(1, (byte) recoveryState(sender));
        info.put(4, (byte) (int) hidden(sender.timeout(), "backoffs"));
        info.putInt(16, segment);
        info.putInt(24, segments(sender.next - sender.unacknowledged, segment));
        info.putInt(28, segments(board.sackedBytes(), segment));
        info.putInt(32, segments(lostBytes(board), segment));
        info.putInt(36, segments(retransmittedBytes(board), segment));
        info.putInt(68, (int) (sender.timeout().smoothedNanos() / 1_000));
        info.putInt(76, threshold(sender.congestion().slowStartThresholdBytes(), segment));
        info.putInt(80, sender.congestion().windowBytes() / segment);
        info.putInt(84, connection.layer.output().advertisedMss(connection.isV4()));
        info.putInt(144, queue(sender).sizeBytes() - (sender.next - sender.unacknowledged));
        info.putInt(228, sender.peerWindow().bytes());
        info.putInt(232, connection.receiver.window());
        return info.array();
    }

    private static SendQueue queue(Sender sender) {
        return (SendQueue) hidden(sender, "queue");
    }

    /** A private field: the engine needs no way to ask for it. */
    private static Object hidden(Object owner, String name) {
        try {
            Field field = owner.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(owner);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("the view has not followed a change of " + owner.getClass(), e);
        }
    }

    private static int segments(int bytes, int segment) {
        return (bytes + segment - 1) / segment;
    }

    private static int threshold(int bytes, int segment) {
        return bytes == Integer.MAX_VALUE ? bytes : bytes / segment;
    }

    /** Linux counts what is deemed lost until it is delivered, sent again or not. */
    private static int lostBytes(Scoreboard board) {
        int bytes = 0;
        for (int i = board.first(); i < board.end(); i++) {
            if (!board.is(i, Scoreboard.SACKED)
                    && (board.is(i, Scoreboard.LOST) || board.is(i, Scoreboard.RETRANSMITTED))) {
                bytes += board.length(i);
            }
        }
        return bytes;
    }

    private static int retransmittedBytes(Scoreboard board) {
        int bytes = 0;
        for (int i = board.first(); i < board.end(); i++) {
            if (board.is(i, Scoreboard.RETRANSMITTED)
                    && !board.is(i, Scoreboard.SACKED)
                    && !board.is(i, Scoreboard.LOST)) {
                bytes += board.length(i);
            }
        }
        return bytes;
    }

    private static int recoveryState(Sender sender) {
        LossRecovery recovery = sender.recovery();
        if (recovery.isOpen()) {
            return sender.board().sackedBytes() > 0 || (int) hidden(recovery, "duplicates") > 0 ? DISORDER : OPEN;
        }
        return switch (hidden(recovery, "state").toString()) {
            case "REDUCING" -> REDUCING;
            case "LOSS" -> LOSS;
            default -> RECOVERY;
        };
    }

    private static int stateNumber(TcpState state) {
        return switch (state) {
            case ESTABLISHED -> 1;
            case SYN_RECEIVED -> 3;
            case FIN_WAIT_1 -> 4;
            case FIN_WAIT_2 -> 5;
            case CLOSED -> 7;
            case CLOSE_WAIT -> 8;
            case LAST_ACK -> 9;
            case CLOSING -> 11;
            default -> 0;
        };
    }
}
