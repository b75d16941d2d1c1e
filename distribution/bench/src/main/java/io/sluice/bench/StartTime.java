package io.sluice.bench;

/** From the start of the program to the first octet that came back; measured by the driver for every start, so this adds nothing. */
final class StartTime implements Group {

    static final String MEASURE = "start to first answer, ms";

    @Override
    public String name() {
        return "start";
    }

    @Override
    public boolean wantsItCold() {
        return true;
    }

    @Override
    public void measure(Cell cell) {
        cell.put("memory after the start, MiB", cell.gateway().residentMib(), Cell.Better.LESS);
    }
}
