package dev.forwardguard.edge.heal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.heal.ApiRequest.Verb;

import org.junit.jupiter.api.Test;

class ApiRequestTest {
    private final ApiRequest create =
            new ApiRequest(Verb.CREATE, "pods", "/api/v1/namespaces/edge/pods");

    @Test
    void namesVerbThatRoleLacks() {
        String message =
                "pods is forbidden: User \"system:serviceaccount:edge:edge-heal\" cannot create resource \"pods\" in API"
                        + " group \"\" in the namespace \"edge\"";

        assertThat(create.refused(403, message))
                .hasMessage(
                        "the API server refuses to create pods: the Role of the service account needs the verb \"create\" on \"pods\"");
    }

    @Test
    void relaysPodSecurityAndQuota() {
        String message =
                "pods \"gateway-trial-x\" is forbidden: violates PodSecurity \"restricted:latest\":\n runAsNonRoot != true";

        assertThat(create.refused(403, message))
                .hasMessage("the API server refuses to create pods: " + message.replace("\n", ""));
    }

    @Test
    void boundsTheLine() {
        assertThat(create.refused(422, "x".repeat(10_000)).line()).hasSizeLessThan(500);
    }

    @Test
    void saysStatusWhenThereIsNoMessage() {
        assertThat(create.refused(502, ""))
                .hasMessage("the API server refuses to create pods: status 502");
    }
}
