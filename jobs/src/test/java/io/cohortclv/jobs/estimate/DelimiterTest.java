package io.cohortclv.jobs.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DelimiterTest {
  @Test
  void detect_takesTheCharacterThatCutsAllLinesAlike() {
    assertThat(Delimiter.detect(List.of("id,day,amount", "1,2020-01-01 10:00,5")))
        .isEqualTo(Delimiter.COMMA);
    assertThat(Delimiter.detect(List.of("id;day;amount", "1;2020-01-01;5,50")))
        .isEqualTo(Delimiter.SEMICOLON);
    assertThat(Delimiter.detect(List.of("id\tday", "a,b\t2020-01-01"))).isEqualTo(Delimiter.TAB);
    assertThat(Delimiter.detect(List.of("id|day", "1|2020-01-01"))).isEqualTo(Delimiter.BAR);
    assertThat(
            Delimiter.detect(List.of(" 00001 19970101  1   11.77", " 00002 19970112  1   12.00")))
        .isEqualTo(Delimiter.SPACE);
    assertThat(Delimiter.detect(List.of("id", "1"))).isEqualTo(Delimiter.COMMA);
  }

  @Test
  void split_keepsADelimiterInQuotes() {
    assertThat(Delimiter.COMMA.split("1,\"Smith, John\",2020-01-01"))
        .containsExactly("1", "Smith, John", "2020-01-01");
    assertThat(Delimiter.SPACE.split(" 00001  19970101 ")).containsExactly("00001", "19970101");
  }
}
