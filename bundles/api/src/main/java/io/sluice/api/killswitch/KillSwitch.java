package io.sluice.api.killswitch;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The host's packet filter as far as it is ours. The coordinator calls {@link #apply} as the first act of every state; the other commands are people's.
 *
 * <p>If this service is absent, its rules are still in the kernel. A coordinator remembers whether the last {@link #status} had a mode other than
 * {@link KillSwitchMode#OFF}, and refuses to connect while it is absent.
 */
@ProviderType
public interface KillSwitch {

    /**
     * Makes the host's filter that of this policy under the mode in force. Whole, in one transaction, read back and compared; idempotent.
     *
     * <table>
     * <caption>What is in force afterwards</caption>
     * <tr><th>policy</th><th>off</th><th>auto</th><th>lockdown</th></tr>
     * <tr><td>connecting, connected, blocked</td><td>nothing</td><td>its rules</td><td>its rules</td></tr>
     * <tr><td>disconnected by the operator</td><td>nothing</td><td>nothing: the rules are removed</td><td>blocked</td></tr>
     * <tr><td>disconnected otherwise</td><td>nothing</td><td>blocked if there were rules, else nothing</td><td>blocked</td></tr>
     * </table>
     *
     * <p>In mode off rules that are there nevertheless stay as they are, until {@link #disarm}.
     *
     * @throws KillSwitchException if the host refused: what was in force before still is, and the tunnel must not be connected
     */
    void apply(FirewallPolicy policy) throws KillSwitchException;

    /**
     * An operator's command: this mode from now on, also after a restart; the last policy is applied again. {@link KillSwitchMode#OFF} is what
     * {@link #disarm} does.
     */
    KillSwitchStatus mode(KillSwitchMode mode) throws KillSwitchException;

    /** An operator's command: mode off, our rules removed, and the settings of the kernel that were changed put back. */
    KillSwitchStatus disarm() throws KillSwitchException;

    /** How things stand. Reads the kernel's counters; the last known ones if it does not answer. */
    KillSwitchStatus status();

    /** The rules of ours in the host, as its own tool writes them; none if disarmed. */
    List<String> show() throws KillSwitchException;

    /**
     * Sends canaries: packets that would leave the machine past the tunnel, by several protocols of both families, to addresses that belong to nobody,
     * and tells by the host's counters and by what sending them answered that none got out. Takes a second or two, during which
     * the others may be called. Disarmed, or while the rules are not in force, it sends nothing and says so.
     */
    LeakProof prove() throws KillSwitchException;
}
