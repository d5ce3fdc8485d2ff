package dev.forwardguard.kubernetes;

/** Reads what the API server says about the Secret, and passes on what it means. */
final class SecretListWatch {
    private final String name;
    private final SecretApi requests;
    private final ApiJson json;
    private final SecretContent secret;
    private final WatchStatus status;

    SecretListWatch(
            HtpasswdSecretConfiguration which,
            SecretApi requests,
            SecretContent secret,
            WatchStatus status) {
        this.name = which.name();
        this.requests = requests;
        this.json = new ApiJson(which.key());
        this.secret = secret;
        this.status = status;
    }

    /**
     * Takes what there is now.
     *
     * @return the revision to watch from
     */
    String list() throws ListWatchException {
        ApiObject list = json.object(requests.list());
        String revision = list.revision();
        if (!"SecretList".equals(list.kind()) || revision == null || revision.isEmpty()) {
            // what is no list says nothing, least of all that something is gone
            throw new ListWatchException(ListWatchResult.MALFORMED);
        }
        for (ApiObject item : list.items()) {
            if (name.equals(item.name())) {
                secret.present(item);
                status.listed(true);
                return revision;
            }
        }
        if (!list.items().isEmpty()) {
            throw new ListWatchException(ListWatchResult.MALFORMED);
        }
        secret.absent();
        status.listed(false);
        return revision;
    }

    /** Some failures say something about the Secret as well. */
    void listFailed(ListWatchResult result) {
        if (result == ListWatchResult.NOT_FOUND) {
            secret.absent();
        } else if (result == ListWatchResult.TOO_LARGE) {
            secret.oversized();
        }
        status.listFailed(result);
    }

    /** Takes what happens from this revision on, until the server ends it. */
    void watch(String revision) throws ListWatchException {
        try (WatchLines lines = requests.watch(revision)) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                take(json.event(line));
            }
        }
    }

    private void take(ApiJson.Event event) throws ListWatchException {
        ApiObject object = event.object();
        String type = String.valueOf(event.type());
        if (type.equals("ERROR")) {
            throw new ListWatchException(ListWatchResult.ofError(object.code()));
        }
        boolean ours = name.equals(object.name());
        if (ours && (type.equals("ADDED") || type.equals("MODIFIED"))) {
            secret.present(object);
            status.heard(true);
        } else if (ours && type.equals("DELETED")) {
            secret.absent();
            status.heard(false);
        } else {
            // a bookmark, a type that nobody here knows, or something about another object
            secret.confirmed();
            status.heard();
        }
    }
}
