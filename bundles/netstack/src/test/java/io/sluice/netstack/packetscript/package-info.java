/**
 * Plays packetdrill's scripts against the engine, in virtual time.
 *
 * <p>{@link io.sluice.netstack.packetscript.PacketScriptsTest} runs packetdrill once a script. packetdrill loads {@code shim.c}, which
 * forwards what the script does to {@link io.sluice.netstack.packetscript.ShimServer}; {@link
 * io.sluice.netstack.packetscript.ScriptHost} plays the host whose stack is under test: it owns the engine, its clock and the sockets ({@link
 * io.sluice.netstack.packetscript.ScriptSocket}), which behave as Linux's do where the engine has no say. {@link
 * io.sluice.netstack.packetscript.HostSettings} understands the scripts' shell commands instead of running them.
 *
 * <p>What is not compared: the PSH flag, which a sender sets as it likes and Linux as its segmentation falls; and members of {@code tcp_info}
 * that the engine has no number for, which the result names.
 */
package io.sluice.netstack.packetscript;
