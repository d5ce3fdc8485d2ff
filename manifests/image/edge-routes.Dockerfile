# edge-routes, with its own Java runtime. `manifests/local/image.sh edge-routes` builds it. The two base
# images are those of the guards: Dockerfile explains them.
#
# There is no AOT cache: the program runs for a second or two.

ARG BUILD_IMAGE=docker.io/library/maven:3.9-eclipse-temurin-25@sha256:d67198007bb4441b07d45587320f83154de80ece3608f80408ef14c6ea847753
ARG BASE_NAME=gcr.io/distroless/base-debian13:nonroot
ARG BASE_DIGEST=sha256:a696c7c8545ba9b2b2807ee60b8538d049622f0addd85aee8cec3ec1910de1f9
ARG BASE_IMAGE=${BASE_NAME}@${BASE_DIGEST}

FROM ${BUILD_IMAGE} AS runtime
ARG SOURCE_DATE_EPOCH=1795132800
# java.naming, java.xml: Logback. java.management, jdk.unsupported: Netty. jdk.httpserver: metrics. jdk.jfr:
# Micronaut's client has events in it. jdk.zipfs: Micronaut reads META-INF with it.
RUN jlink --output /jre --strip-debug --compress zip-6 --no-header-files --no-man-pages --add-modules \
  java.base,java.logging,java.management,java.naming,java.xml,jdk.httpserver,jdk.jfr,jdk.unsupported,jdk.zipfs \
  && strip --strip-unneeded /jre/lib/server/libjvm.so /jre/lib/*.so \
  && grep -E '^(IMPLEMENTOR|IMPLEMENTOR_VERSION|JAVA_RUNTIME_VERSION)=' "$JAVA_HOME/release" >>/jre/release \
  && find /jre -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

FROM ${BUILD_IMAGE} AS build
ARG SOURCE_DATE_EPOCH=1795132800
WORKDIR /src
COPY .mvn .mvn
COPY pom.xml ./
COPY shared/pom.xml shared/
COPY bot-block-guard/pom.xml bot-block-guard/
COPY authentik-guard/pom.xml authentik-guard/
COPY manifests/pom.xml manifests/
COPY manifests/servers/pom.xml manifests/servers/
COPY manifests/load/pom.xml manifests/load/
COPY manifests/edge/tool manifests/edge/tool
ARG CYCLONEDX=org.cyclonedx:cyclonedx-maven-plugin:2.9.1:makeBom
RUN mvn -q -B -ntp -DskipTests -Dexec.skip=true package "$CYCLONEDX" -DincludeTestScope=false \
    -DincludeBomSerialNumber=false -DoutputFormat=json -DoutputName=sbom.cdx -pl manifests/edge/tool -am \
  && mkdir /edge-routes && cd manifests/edge/tool/target \
  && cp -r lib edge-routes.jar sbom.cdx.json /edge-routes/ \
  && chmod -R a+rX,go-w /edge-routes \
  && find /edge-routes -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

FROM ${BASE_IMAGE}
ARG BASE_NAME
ARG BASE_DIGEST
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
ARG CREATED=2026-11-20T00:00:00Z
LABEL org.opencontainers.image.title="edge-routes" \
  org.opencontainers.image.description="Puts the routes of edge gateways from files into etcd, checked and in one transaction" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.source="https://github.com/forward-guard/forward-guard" \
  org.opencontainers.image.url="https://github.com/forward-guard/forward-guard" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.created="${CREATED}" \
  org.opencontainers.image.base.name="${BASE_NAME}" \
  org.opencontainers.image.base.digest="${BASE_DIGEST}"
COPY --from=runtime /jre /opt/edge-routes/jre
COPY --from=build /edge-routes /opt/edge-routes
ENV MALLOC_ARENA_MAX=1
# The metrics of `edge-routes status`, as the manifests run it.
EXPOSE 9090
USER 65532:65532
WORKDIR /
# The heap is for trees of some ten thousand keys; UsePerfData would need a /tmp.
ENTRYPOINT ["/opt/edge-routes/jre/bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m", "-Xss512k", "-XX:-UsePerfData", "-jar", "/opt/edge-routes/edge-routes.jar"]
