package io.sluice.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PatternTest {

    @Test
    void anyCutOfTheSequence_isTheSameSequence() throws Exception {
        byte[] whole = new byte[100_000];
        new Pattern(7).fill(whole, whole.length);
        Pattern inPieces = new Pattern(7);
        Pattern checked = new Pattern(7);
        int at = 0;
        for (int length = 1; at + length <= whole.length; at += length, length = length * 3 / 2 + 1) {
            byte[] piece = new byte[length];
            inPieces.fill(piece, length);
            assertThat(piece).isEqualTo(Arrays.copyOfRange(whole, at, at + length));
            checked.check(piece, length);
        }
        assertThat(checked.position()).isEqualTo(at);
    }

    @Test
    void oneOctetChangedLeftOutOrRepeated_isFoundWhereItIs() {
        byte[] whole = new byte[10_000];
        new Pattern(1).fill(whole, whole.length);

        byte[] changed = whole.clone();
        changed[4_321] ^= 1;
        assertThatThrownBy(() -> new Pattern(1).check(changed, changed.length)).hasMessage("octet 4321 is wrong");

        byte[] leftOut = new byte[9_999];
        System.arraycopy(whole, 0, leftOut, 0, 5_000);
        System.arraycopy(whole, 5_001, leftOut, 5_000, 4_999);
        assertThatThrownBy(() -> new Pattern(1).check(leftOut, leftOut.length)).hasMessageContaining("octet 500");

        assertThatCode(() -> new Pattern(1).check(whole, whole.length)).doesNotThrowAnyException();
        assertThatThrownBy(() -> new Pattern(2).check(whole, whole.length)).hasMessageContaining("octet 0");
    }
}
