/**
 * TCP, one file a concern. Read RFC 9293 first, and §3.10.7.4 again before editing {@link
 * io.sluice.netstack.engine.tcp.SegmentArrival}.
 *
 * <p>{@link io.sluice.netstack.engine.tcp.TcpLayer} finds the endpoint of a segment: a {@link io.sluice.netstack.engine.tcp.HalfOpen} (a SYN
 * whose answer waits for the outbound), a {@link io.sluice.netstack.engine.tcp.TcpConnection}, or a {@link
 * io.sluice.netstack.engine.tcp.TimeWait}. A connection is its {@link io.sluice.netstack.engine.tcp.Receiver} (window, acknowledgements,
 * {@link io.sluice.netstack.engine.tcp.Reassembly}) and its {@link io.sluice.netstack.engine.tcp.Sender} ({@link
 * io.sluice.netstack.engine.tcp.SendQueue}, {@link io.sluice.netstack.engine.tcp.Scoreboard}, {@link
 * io.sluice.netstack.engine.tcp.Transmitter}, {@link io.sluice.netstack.engine.tcp.LossRecovery}, {@link
 * io.sluice.netstack.engine.tcp.CongestionControl}). Everything a connection knows hangs on that one object, so that it can be exported as a
 * value.
 *
 * <p>Only passive opens: a gateway answers. Loop thread only.
 *
 * <p>Where each document is fulfilled:
 * <pre>
 *  9293, 1122  TCP                            SegmentArrival, TcpConnection, TcpState, Receiver, Transmitter, SendTimer, StateTimer
 *  1337        TIME-WAIT and RST              TimeWait
 *  2018, 2883  SACK, DSACK                    Reassembly, Receiver (receiving); Scoreboard, LossRecovery (sending)
 *  3042, 6582  limited transmit, NewReno      LossRecovery
 *  3168        ECN                            Ecn, LossRecovery, Transmitter
 *  3522, 3708, 5682  Eifel, DSACK, F-RTO      SpuriousRecovery
 *  4821, 8899  packetization-layer path MTU   PathMtuSearch; 1191, 8201, 5927: PathMtu
 *  4987        SYN floods                     Admission, SynCookies
 *  5681, 6928  congestion control             Cubic, LossRecovery, WindowUse (7661)
 *  5961        blind attacks                  SegmentArrival, ChallengeAcks
 *  6191        TIME-WAIT and timestamps       TimeWait, HalfOpen (ISN)
 *  6298        retransmission time-out        RetransmissionTimeout, SendTimer
 *  6528        ISN                            Isn
 *  6675, 8985  loss detection                 Scoreboard, Rack, TailProbe
 *  6937, 9937  proportional rate reduction    RateReduction
 *  7323        window scale, timestamps, PAWS Timestamps, PeerWindow, Receiver, SegmentArrival
 *  9406        HyStart++                      HyStart
 *  9438        CUBIC                          Cubic
 *  draft-ietf-ccwg-bbr                        Bbr and its parts, DeliveryRate, Pacer
 * </pre>
 *
 * <p>What is not done, on purpose: active and simultaneous open, fast open (RFC 7413: needs a cookie of ours that would have to survive the
 * dial), the user time-out option (RFC 5482: ours is local), urgent data as anything but data (RFC 6093 §6).
 */
package io.sluice.netstack.engine.tcp;
