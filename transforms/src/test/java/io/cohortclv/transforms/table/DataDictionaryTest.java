package io.cohortclv.transforms.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DataDictionaryTest {
  private static final Path DOCS = Path.of("..", "docs", "tables.md");

  @Test
  void docs_areCurrent() throws IOException {
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(DOCS, DataDictionary.markdown());
    }
    assertThat(Files.readString(DOCS))
        .as("docs/tables.md; write it anew with mvn test -pl transforms -Ddocs.write=true")
        .isEqualTo(DataDictionary.markdown());
  }

  @Test
  void names_areUnique() {
    assertThat(Catalog.names()).doesNotHaveDuplicates();
  }

  @Test
  void everyColumn_canBeReadWithoutColumnMapping() {
    for (String name : Catalog.names()) {
      assertThat(Catalog.find(name).orElseThrow().schema().fieldNames())
          .allMatch(column -> column.matches("[a-z][a-z0-9_]*"));
    }
  }
}
