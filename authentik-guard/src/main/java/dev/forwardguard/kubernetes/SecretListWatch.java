package dev.forwardguard.kubernetes;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Lists and watches the Secret, and passes the results to the {@link SecretContent} of each part.
 */
final class SecretListWatch {
    private final String name;
    private final SecretApi api;
    private final ApiJson json;
    private final List<SecretContent> parts;
    private final WatchStatus status;

    SecretListWatch(
            HtpasswdSecretConfiguration which,
            SecretApi api,
            List<SecretContent> parts,
            WatchStatus status) {
        this.name = which.name();
        this.api = api;
        this.json = new ApiJson(parts.stream().map(SecretContent::key).collect(Collectors.toSet()));
        this.parts = parts;
        this.status = status;
    }

    /**
     * Lists the Secret and applies the result.
     *
     * @return the revision to watch from
     */
    String list() throws ListWatchException {
        ApiObject list = json.object(api.list());
        String revision = list.revision();
        if (!"SecretList".equals(list.kind()) || revision == null || revision.isEmpty()) {
            // without a valid list, nothing is known: above all not that the Secret is gone
            throw new ListWatchException(ListWatchResult.MALFORMED);
        }
        for (ApiObject item : list.items()) {
            if (name.equals(item.name())) {
                parts.forEach(part -> part.present(item));
                status.listed(true);
                return revision;
            }
        }
        if (!list.items().isEmpty()) {
            throw new ListWatchException(ListWatchResult.MALFORMED);
        }
        parts.forEach(SecretContent::absent);
        status.listed(false);
        return revision;
    }

    /** Records a failed list, which may also say something about the Secret. */
    void listFailed(ListWatchResult result) {
        if (result == ListWatchResult.TOO_LARGE) {
            parts.forEach(SecretContent::oversized);
        }
        status.listFailed(result);
    }

    /** Watches from this revision on and applies each event, until the server ends the watch. */
    void watch(String revision) throws ListWatchException {
        try (WatchLines lines = api.watch(revision);
                WatchStatus.OpenWatch _ = status.watchOpened()) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                apply(json.event(line));
            }
        }
    }

    private void apply(ApiJson.Event event) throws ListWatchException {
        ApiObject object = event.object();
        String type = String.valueOf(event.type());
        if (type.equals("ERROR")) {
            throw new ListWatchException(ListWatchResult.ofError(object.code()));
        }
        boolean ours = name.equals(object.name());
        if (ours && (type.equals("ADDED") || type.equals("MODIFIED"))) {
            parts.forEach(part -> part.present(object));
            status.eventReceived(true);
        } else if (ours && type.equals("DELETED")) {
            parts.forEach(SecretContent::absent);
            status.eventReceived(false);
        } else {
            // a bookmark, an unknown type, or an event of another object
            parts.forEach(SecretContent::confirmed);
            status.eventReceived();
        }
    }
}
