package io.sluice.killswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.killswitch.KillSwitchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HardeningTest {

    private static final String ARP = "net/ipv4/conf/all/arp_ignore";
    private static final String PROBING = "net/ipv4/tcp_mtu_probing";
    private static final String MARK = "net/ipv4/conf/all/src_valid_mark";

    @TempDir
    private Path root;

    private void setting(String path, String value) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), value + "\n");
    }

    private String setting(String path) throws IOException {
        return Files.readString(root.resolve(path)).strip();
    }

    @Test
    void harden_weakValuesAreReplacedAndPutBack() throws Exception {
        setting(ARP, "1");
        setting(MARK, "0");
        setting(PROBING, "0");
        Hardening hardening = new Hardening(root);
        Map<String, String> saved = hardening.settings(Map.of());
        hardening.harden(saved);
        assertThat(setting(ARP)).isEqualTo("2");
        assertThat(setting(MARK)).isEqualTo("1");
        assertThat(setting(PROBING)).isEqualTo("1");
        assertThat(hardening.settings(saved))
                .as("ours is not taken for the administrator's")
                .isEqualTo(saved);
        hardening.relax(saved);
        assertThat(setting(ARP)).isEqualTo("1");
        assertThat(setting(MARK)).isEqualTo("0");
        assertThat(setting(PROBING)).isEqualTo("0");
    }

    @Test
    void harden_stricterValuesStay() throws Exception {
        setting(ARP, "8");
        setting(MARK, "1");
        setting(PROBING, "2");
        Hardening hardening = new Hardening(root);
        Map<String, String> saved = hardening.settings(Map.of());
        hardening.harden(saved);
        assertThat(saved).isEmpty();
        hardening.relax(saved);
        assertThat(setting(ARP)).isEqualTo("8");
        assertThat(setting(PROBING)).isEqualTo("2");
    }

    @Test
    void relax_whatAnAdministratorHasSetSinceStays() throws Exception {
        setting(ARP, "0");
        setting(MARK, "0");
        Hardening hardening = new Hardening(root);
        Map<String, String> saved = hardening.settings(Map.of());
        hardening.harden(saved);
        setting(ARP, "3");
        hardening.relax(saved);
        assertThat(setting(ARP)).isEqualTo("3");
        assertThat(setting(MARK)).isEqualTo("0");
    }

    @Test
    void harden_kernelWithoutASetting_goesOn() throws Exception {
        setting(ARP, "0");
        Hardening hardening = new Hardening(root);
        Map<String, String> saved = hardening.settings(Map.of());
        assertThat(saved).containsOnlyKeys(ARP);
        hardening.harden(saved);
        assertThat(setting(ARP)).isEqualTo("2");
    }

    @Test
    void unreadableSetting_keepsNoOtherFromBeingSetNorPutBack() throws Exception {
        setting(ARP, "0");
        setting(PROBING, "0");
        // What cannot be read: a folder.
        Files.createDirectories(root.resolve(MARK));
        Hardening hardening = new Hardening(root);
        Map<String, String> saved = hardening.settings(Map.of(MARK, "0"));
        assertThat(saved).isEqualTo(Map.of(ARP, "0", MARK, "0", PROBING, "0"));
        assertThatThrownBy(() -> hardening.harden(saved))
                .isInstanceOf(KillSwitchException.class)
                .hasMessageContaining("net.ipv4.conf.all.src_valid_mark");
        assertThat(setting(ARP)).isEqualTo("2");
        assertThat(setting(PROBING)).isEqualTo("1");
        assertThatThrownBy(() -> hardening.relax(saved))
                .isInstanceOf(KillSwitchException.class)
                .hasMessageContaining("net.ipv4.conf.all.src_valid_mark");
        assertThat(setting(ARP)).isEqualTo("0");
        assertThat(setting(PROBING)).isEqualTo("0");
    }
}
