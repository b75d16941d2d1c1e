package io.sluice.netstack.attach;

import io.sluice.netstack.engine.TransportInput;
import io.sluice.netstack.engine.icmp.TcpErrors;
import java.util.function.IntSupplier;

/**
 * The TCP of one queue's engine: where the stacks differ.
 *
 * @param input takes the segments
 * @param errors is told of ICMP errors about segments that were sent
 * @param connections how many there are, those with an incomplete handshake included; any thread
 * @param halfOpen of those, with an incomplete handshake; any thread
 */
public record StreamLayer(TransportInput input, TcpErrors errors, IntSupplier connections, IntSupplier halfOpen) {}
