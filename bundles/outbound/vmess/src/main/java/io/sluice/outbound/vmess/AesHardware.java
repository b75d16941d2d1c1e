package io.sluice.outbound.vmess;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** Whether the JVM encrypts AES with the processor's instructions: then AES-GCM is the faster one, else ChaCha20-Poly1305 is. */
final class AesHardware {

    /** HotSpot switches it on where the processor has the instructions, and knows itself how it does that on each. */
    private static final String OPTION = "UseAES";

    private AesHardware() {}

    static boolean isPresent() {
        HotSpotDiagnosticMXBean hotspot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return hotspot != null
                    && Boolean.parseBoolean(hotspot.getVMOption(OPTION).getValue());
        } catch (IllegalArgumentException e) {
            return false; // a JVM without such an option
        }
    }
}
