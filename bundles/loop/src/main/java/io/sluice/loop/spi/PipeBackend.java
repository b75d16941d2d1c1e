package io.sluice.loop.spi;

/** Enlarges pipes. Without a backend they keep the kernel's usual size, and splicing costs more. */
public interface PipeBackend {

    /**
     * Enlarges an empty pipe as far as the kernel lets it, up to a size. Does not block.
     *
     * @param descriptor either end
     * @param octets a power of two
     */
    void enlarge(int descriptor, int octets);
}
