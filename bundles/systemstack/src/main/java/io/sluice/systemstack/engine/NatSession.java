package io.sluice.systemstack.engine;

import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Endpoint;
import io.sluice.netstack.engine.IncomingPacket;
import io.sluice.wire.PseudoHeader;
import io.sluice.wire.TcpHeader;

/**
 * A client's connection, terminated by the kernel's listener.
 *
 * <p>Theory of operation. The kernel's handshake is completed in the client's name before the client hears anything: so the connection waits as
 * an accepted one until the outbound is known to answer or not, and then either the kernel's own SYN, ACK goes to the client or a refusal does.
 * From the client's ACK on, segments pass both ways with their addresses and ports changed; whatever TCP has to decide, the kernel does.
 *
 * <pre>
 *  state         event                              action > next
 *  SYN_SENT      kernel's SYN, ACK                  keep it, acknowledge               > SYN_ACKED
 *  SYN_SENT      another ACK (old, in TIME-WAIT)    reset that one, SYN again          > SYN_SENT
 *  SYN_SENT      RST, {@link NatLimits#KERNEL_ANSWER}      refuse or stay silent              > gone
 *  SYN_ACKED     the listener's connection          offer                              > OFFERED
 *  SYN_ACKED     {@link NatLimits#KERNEL_ACCEPT}           reset the kernel's                 > gone
 *  OFFERED       accept                             kernel's SYN, ACK to the client    > ACCEPTED
 *  OFFERED       reject                             reset the kernel's; RST, ICMP or silence to the client > gone
 *  … OFFERED     client's RST at ISN or ISN + 1, or no SYN for {@link NatLimits#HALF_OPEN}: tell the acceptor, reset the kernel's > gone
 *  ACCEPTED      the client's acknowledgement       pass it on                         > ESTABLISHED
 *  ACCEPTED      SYN again, time-out                SYN, ACK again, at last reset the kernel's
 *  ACCEPTED …    the connection is closed here                                         > CLOSING
 *  ACCEPTED …    kernel's RST                       pass it on                         > gone
 *  CLOSING       idle                                                                  > gone
 *  CLOSING       SYN                                                                   > gone, and offered anew
 * </pre>
 *
 * A client's RST is passed on but believed by the kernel only (RFC 5961 §3): a blind one ends nothing here.
 */
public final class NatSession extends Endpoint {

    private final TcpNat nat;
    final KernelSide kernel;
    final int addressDifference;
    int portDifference;
    int natPort;

    SessionState state = SessionState.SYN_SENT;
    /** The client's SYN, its header; gone once it is established. */
    byte[] syn;
    /** The kernel's answer likewise. */
    byte[] synAck;

    final int clientSequence;
    int kernelSequence;
    /** Behind the last octet that the kernel has sent. */
    int kernelNext;

    int kernelAcknowledgment;
    /** What reaches the client whole, if that is less than the device's MTU; else 0. */
    int pathMtu;

    private KernelConnection connection;
    private Runnable cancelled;
    private boolean clientFin;
    private boolean kernelFin;
    private int tries;
    private long heardAt;
    private long again;

    NatSession(TcpNat nat, KernelSide kernel, IncomingPacket first, int ports) {
        super(first.sourceHigh, first.sourceLow, first.destinationHigh, first.destinationLow, ports);
        this.nat = nat;
        this.kernel = kernel;
        this.syn = HandshakeSegments.header(first);
        this.clientSequence = TcpHeader.sequence(first.nio, first.transportAt);
        this.addressDifference = PacketRewrite.difference(kernel.addressSum(isV4()), first.addressSum);
        this.heardAt = first.nowNanos;
    }

    /** Gives it its port and the kernel its SYN. */
    void open(int port, long nowNanos) {
        natPort = port;
        portDifference = PacketRewrite.difference(
                PseudoHeader.addresses4(port, kernel.port()), PseudoHeader.addresses4(remotePort(), localPort()));
        synToKernel(nowNanos);
    }

    private void synToKernel(long nowNanos) {
        tries++;
        nat.wheel().arm(this, nowNanos + NatLimits.KERNEL_ANSWER);
        nat.segments().syn(this);
    }

    boolean isHalfOpen() {
        return state.compareTo(SessionState.ACCEPTED) <= 0;
    }

    // ---- what the acceptor does

    /** The kernel's end; there since it was offered. */
    public KernelConnection connection() {
        return connection;
    }

    /** Told if the client gives up before the answer; at most once. */
    public void onCancel(Runnable listener) {
        cancelled = listener;
    }

    /**
     * Answers with the kernel's SYN, ACK.
     *
     * @return false if the client has gone meanwhile; the connection is reset then
     */
    public boolean accept() {
        if (state != SessionState.OFFERED) {
            return false;
        }
        state = SessionState.ACCEPTED;
        cancelled = null;
        nat.count(Counter.TCP_CONNECTIONS_ACCEPTED);
        again = NatLimits.SYN_ACK_AGAIN;
        nat.wheel().arm(this, nat.nowNanos() + again);
        nat.segments().synAck(this);
        return true;
    }

    /** Refuses, as the reason means it. */
    public void reject(CloseReason reason) {
        if (state == SessionState.OFFERED) {
            cancelled = null;
            nat.refused(this, reason);
            end();
            connection.reset();
        }
    }

    /** The connection that was offered is closed, by whom ever. */
    public void closed() {
        if (state != SessionState.ACCEPTED && state != SessionState.ESTABLISHED) {
            return;
        }
        heardAt = nat.nowNanos();
        nat.closing(this);
        state = SessionState.CLOSING;
        nat.wheel().arm(this, heardAt + patience());
    }

    private long patience() {
        return clientFin && kernelFin ? NatLimits.ENDED_IDLE : NatLimits.ORPHAN_IDLE;
    }

    // ---- what the client sends

    /** A segment of the client whose header is sound; its checksum is verified if it opens or resets. */
    void fromClient(IncomingPacket packet, int flags) {
        boolean opens = (flags & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN;
        if (opens && opens(packet)) {
            return;
        }
        if (state.compareTo(SessionState.OFFERED) <= 0) {
            int offset = TcpHeader.sequence(packet.nio, packet.transportAt) - clientSequence;
            if ((flags & TcpHeader.RST) != 0 && (offset == 0 || offset == 1)) {
                cancel();
            }
            return; // anything else can't acknowledge what was never sent
        }
        clientFin |= (flags & TcpHeader.FIN) != 0;
        if (state == SessionState.ACCEPTED && (flags & TcpHeader.ACK) != 0) {
            int acknowledged = TcpHeader.acknowledgment(packet.nio, packet.transportAt) - kernelSequence;
            if (acknowledged > 0 && acknowledged - (kernelNext - kernelSequence) <= 0) {
                established();
            }
        }
        heardAt = packet.nowNanos;
        nat.rewrite().toKernel(packet, this);
    }

    /** A SYN for a session that is there already; true if that was all about it. */
    private boolean opens(IncomingPacket packet) {
        boolean same = TcpHeader.sequence(packet.nio, packet.transportAt) == clientSequence;
        if (same && syn != null) {
            nat.count(Counter.TCP_DUPLICATE_SYNS);
            heardAt = packet.nowNanos;
            if (state == SessionState.SYN_SENT) {
                nat.segments().syn(this);
            } else if (synAck != null && state.compareTo(SessionState.ACCEPTED) >= 0) {
                nat.segments().synAck(this);
            }
            return true;
        }
        if (state == SessionState.ESTABLISHED || (state == SessionState.CLOSING && !(clientFin && kernelFin))) {
            return false; // the kernel challenges it: RFC 5961 §4
        }
        // RFC 9293 §3.10.7.4: the client began anew; or what was there has ended.
        if (state.compareTo(SessionState.OFFERED) <= 0) {
            cancel();
        } else {
            boolean open = state == SessionState.ACCEPTED;
            end();
            if (open) {
                connection.ended(CloseReason.CLIENT_ABORTED);
            }
        }
        nat.open(packet, ports);
        return true;
    }

    private void established() {
        state = SessionState.ESTABLISHED;
        syn = null;
        synAck = null;
        nat.wheel().disarm(this);
        nat.established(this);
    }

    private void cancel() {
        nat.count(Counter.TCP_OFFERS_CANCELLED);
        Runnable listener = cancelled;
        cancelled = null;
        boolean waiting = state == SessionState.SYN_ACKED;
        end();
        if (waiting) {
            nat.segments().resetKernel(this, clientSequence + 1);
        }
        if (connection != null) {
            connection.reset();
        }
        if (listener != null) {
            listener.run();
        }
    }

    // ---- what the kernel sends

    void fromKernel(IncomingPacket packet, int flags) {
        switch (state) {
            case SYN_SENT -> answered(packet, flags);
            case SYN_ACKED -> {
                if ((flags & TcpHeader.RST) != 0) {
                    failed(true);
                } else if ((flags & TcpHeader.SYN) != 0) {
                    nat.segments().acknowledge(this, synAck); // it was lost: the queue of the listener was full
                }
            }
            case OFFERED -> {
                // It has nothing to say before it is accepted; what it says in closing is for nobody.
            }
            default -> pass(packet, flags);
        }
    }

    private void answered(IncomingPacket packet, int flags) {
        if ((flags & TcpHeader.RST) != 0) {
            failed(true);
        } else if ((flags & TcpHeader.SYN) == 0) {
            nat.segments().resetKernel(this, TcpHeader.acknowledgment(packet.nio, packet.transportAt));
            if (tries < NatLimits.KERNEL_SYNS) {
                synToKernel(packet.nowNanos);
            }
        } else if (TcpHeader.acknowledgment(packet.nio, packet.transportAt) == clientSequence + 1) {
            synAck = HandshakeSegments.header(packet);
            kernelSequence = TcpHeader.sequence(packet.nio, packet.transportAt);
            kernelNext = kernelSequence + 1;
            kernelAcknowledgment = clientSequence + 1;
            state = SessionState.SYN_ACKED;
            nat.wheel().arm(this, packet.nowNanos + NatLimits.KERNEL_ACCEPT);
            nat.segments().acknowledge(this, synAck);
        }
    }

    /** The listener has accepted the connection that the handshake made. */
    boolean connected(KernelConnection accepted, long nowNanos) {
        if (state != SessionState.SYN_ACKED) {
            return false;
        }
        connection = accepted;
        state = SessionState.OFFERED;
        nat.wheel().arm(this, nowNanos + NatLimits.HALF_OPEN);
        return true;
    }

    private void pass(IncomingPacket packet, int flags) {
        if ((flags & TcpHeader.SYN) != 0) {
            anew(packet);
            return;
        }
        kernelFin |= (flags & TcpHeader.FIN) != 0;
        int end = HandshakeSegments.end(packet);
        if (end - kernelNext > 0) {
            kernelNext = end;
        }
        kernelAcknowledgment = TcpHeader.acknowledgment(packet.nio, packet.transportAt);
        heardAt = packet.nowNanos;
        nat.rewrite().toClient(packet, this);
        if ((flags & TcpHeader.RST) != 0) {
            end();
        }
    }

    /** The old connection has vanished, and the client's SYN that was to be challenged made a new one: it comes again, and gets a session. */
    private void anew(IncomingPacket synAck) {
        if (state == SessionState.CLOSING) {
            nat.segments().resetKernel(this, TcpHeader.acknowledgment(synAck.nio, synAck.transportAt));
            end();
        }
    }

    // ---- errors and ends

    @Override
    protected void expired(long nowNanos) {
        switch (state) {
            case SYN_SENT -> failed(false);
            case SYN_ACKED -> {
                failed(false);
                nat.segments().resetKernel(this, clientSequence + 1);
            }
            case OFFERED -> {
                if (nowNanos - heardAt >= NatLimits.HALF_OPEN) {
                    cancel();
                } else {
                    nat.wheel().arm(this, heardAt + NatLimits.HALF_OPEN);
                }
            }
            case ACCEPTED -> synAckAgain(nowNanos);
            case CLOSING -> {
                if (nowNanos - heardAt >= patience()) {
                    end();
                } else {
                    nat.wheel().arm(this, heardAt + patience());
                }
            }
            default -> {
                // ESTABLISHED has no timer: the kernel's and the flow's decide.
            }
        }
    }

    private void synAckAgain(long nowNanos) {
        if (again >= nat.lastSynAck()) {
            connection.ended(CloseReason.CLIENT_ABORTED);
            return;
        }
        again *= 2;
        nat.wheel().arm(this, nowNanos + again);
        nat.segments().synAck(this);
    }

    /** The kernel did not do its part. */
    private void failed(boolean tell) {
        boolean unanswered = state == SessionState.SYN_SENT && !tell;
        nat.failed(this, unanswered);
        if (tell) {
            nat.segments().refuse(this);
        }
        end();
    }

    /** The stack goes, and with it every flow. */
    void detach(CloseReason reason) {
        SessionState last = state;
        Runnable listener = cancelled;
        cancelled = null;
        end();
        if (last.compareTo(SessionState.OFFERED) <= 0) {
            nat.segments().refuse(this);
            if (connection != null) {
                connection.reset();
            }
            if (listener != null) {
                listener.run();
            }
        } else if (last != SessionState.CLOSING) {
            nat.segments().resetClient(this);
            connection.ended(reason);
        }
    }

    /** Gives the port back; what still comes belongs to nothing. */
    void end() {
        if (state != SessionState.ENDED) {
            nat.remove(this);
            state = SessionState.ENDED;
        }
    }
}
