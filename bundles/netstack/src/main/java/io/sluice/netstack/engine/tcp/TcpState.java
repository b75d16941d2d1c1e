package io.sluice.netstack.engine.tcp;

/**
 * States of a connection: RFC 9293 §3.3.2 without LISTEN, SYN-SENT (we open none) and TIME-WAIT ({@link TimeWait} is an entry of its own).
 *
 * <p>Theory of operation.
 * <pre>
 *  state          event                                  action > next state
 *  SYN_RECEIVED   ACK of our SYN                         send what was written > ESTABLISHED
 *  SYN_RECEIVED   SYN again                              SYN, ACK again
 *  SYN_RECEIVED   no ACK for GIVE_UP_SYN                 RST, ended(CLIENT_ABORTED) > gone
 *  ESTABLISHED    FIN                                    ACK, readable to its end > CLOSE_WAIT
 *  ESTABLISHED    shutdownOutput, close                  FIN behind the data > FIN_WAIT_1
 *  CLOSE_WAIT     shutdownOutput, close                  FIN behind the data > LAST_ACK
 *  FIN_WAIT_1     ACK of FIN / FIN / both                > FIN_WAIT_2 / CLOSING / TIME-WAIT
 *  FIN_WAIT_2     FIN                                    ACK > TIME-WAIT
 *  FIN_WAIT_2     closed by the user, FIN_WAIT_2 time    > gone
 *  CLOSING        ACK of FIN                             > TIME-WAIT
 *  LAST_ACK       ACK of FIN                             > gone
 *  any            RST at RCV.NXT                         ended(CLIENT_ABORTED) > gone
 *  any            no progress for GIVE_UP_DATA           RST, ended(CLIENT_ABORTED) > gone
 *  any            abort; close with data unread; data for a user that closed (RFC 1122 §4.2.2.13)   RST > gone
 * </pre>
 */
public enum TcpState {
    SYN_RECEIVED,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    CLOSE_WAIT,
    CLOSING,
    LAST_ACK,
    CLOSED
}
