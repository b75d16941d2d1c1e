package io.sluice.netlink.linux;

/** What is kept of a dump. For one reading at a time, on its thread. */
interface DumpSieve {

    /** Keeps every part. */
    DumpSieve EVERYTHING = new DumpSieve() {
        @Override
        public void begin() {}

        @Override
        public boolean keeps(NetlinkMessage part) {
            return true;
        }

        @Override
        public boolean overflowed() {
            return false;
        }
    };

    /** A reading begins, the first or another. */
    void begin();

    /** Whether this part of it is kept. */
    boolean keeps(NetlinkMessage part);

    /** Whether there was more than it takes, so that some may not have been kept. */
    boolean overflowed();
}
