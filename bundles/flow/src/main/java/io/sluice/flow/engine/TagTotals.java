package io.sluice.flow.engine;

/** Sums of one outbound tag on one loop. Written by that loop only. */
final class TagTotals {

    final SingleWriterCounter opened = new SingleWriterCounter();
    final SingleWriterCounter ended = new SingleWriterCounter();
    final SingleWriterCounter failed = new SingleWriterCounter();
    final SingleWriterCounter uplink = new SingleWriterCounter();
    final SingleWriterCounter downlink = new SingleWriterCounter();
}
