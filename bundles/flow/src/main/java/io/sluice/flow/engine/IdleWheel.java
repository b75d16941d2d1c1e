package io.sluice.flow.engine;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Finds what has been idle for too long, for one loop, without a timer each and without work while data moves.
 *
 * <p>A ring of slots, one tick (1 s) apart, holds every node in a list of its own. Moving data only notes the current tick in the node. When
 * the ring comes to a node's slot, the node's true deadline is worked out: passed → expired; else it goes to the slot of that deadline, or to
 * the last one if it is further away than the ring is long. A node expires between its limit and its limit plus one tick, never
 * earlier. Loop thread only.
 */
final class IdleWheel {

    /** Resolution of idle times. They are minutes, so a second more does not matter. */
    static final Duration TICK = Duration.ofSeconds(1);

    /** A power of two over UDP's 300 ticks, so that only established streams pass more than one ring. */
    private static final int SLOTS = 512;

    private final Node[] slots = new Node[SLOTS];
    private int now;

    IdleWheel() {
        for (int i = 0; i < SLOTS; i++) {
            Node head = new Node();
            head.previous = head;
            head.next = head;
            slots[i] = head;
        }
    }

    /** Ticks of a time, rounded up. */
    static int ticks(Duration time) {
        long millis = Math.min(time.toMillis(), Integer.MAX_VALUE / 2 * TICK.toMillis());
        return (int) Math.ceilDiv(millis, TICK.toMillis());
    }

    int now() {
        return now;
    }

    /** Notes activity. */
    void touch(Node node) {
        node.lastTick = now;
    }

    /** Sets a node's limit from now on, whether it is in the wheel or not; its last activity stays. */
    void limit(Node node, int limitTicks) {
        node.limitTicks = limitTicks;
        node.unlink();
        place(node);
    }

    void remove(Node node) {
        node.unlink();
    }

    /** One tick passes; whoever is due is taken out and handed over. */
    void tick(Consumer<? super Node> expired) {
        now++;
        Node head = slots[now & (SLOTS - 1)];
        // Nobody is ever placed in the slot that is being emptied (1 ≤ distance < SLOTS), so this ends.
        while (head.next != head) {
            Node node = head.next;
            node.unlink();
            if (remaining(node) <= 0) {
                expired.accept(node);
            } else {
                place(node);
            }
        }
    }

    private int remaining(Node node) {
        return node.lastTick + node.limitTicks + 1 - now;
    }

    private void place(Node node) {
        int distance = Math.clamp(remaining(node), 1, SLOTS - 1);
        Node head = slots[(now + distance) & (SLOTS - 1)];
        node.previous = head.previous;
        node.next = head;
        head.previous.next = node;
        head.previous = node;
    }

    /** What can be in a wheel. */
    static class Node {
        private Node previous;
        private Node next;
        private int lastTick;
        private int limitTicks;

        /** The tick of the last activity; may be read by any thread, a stale value is an old one. */
        int lastTick() {
            return lastTick;
        }

        private void unlink() {
            if (next != null) {
                previous.next = next;
                next.previous = previous;
                previous = null;
                next = null;
            }
        }
    }
}
