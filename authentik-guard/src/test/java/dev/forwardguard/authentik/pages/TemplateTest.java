package dev.forwardguard.authentik.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.Map;

class TemplateTest {
    @Test
    void fillsInStepByStep() {
        Template template = Template.of("{{a}} and {{b}}, {{a}}{{c}}").with(Map.of("a", "1"));

        assertThat(template.filled(Map.of("b", "2", "c", "3"))).isEqualTo("1 and 2, 13");
        assertThat(template.filled(Map.of("b", "", "c", ""))).isEqualTo("1 and , 1");
    }

    @Test
    void expandsNoPlaceholdersInValues() {
        assertThat(Template.of("{{a}}").filled(Map.of("a", "{{b}}", "b", "no"))).isEqualTo("{{b}}");
    }

    @Test
    void failsOnMissingValue() {
        assertThatThrownBy(() -> Template.of("{{a}}").filled(Map.of("b", "1")))
                .hasMessage("nothing for a");
    }
}
