package dev.forwardguard.kubernetes;

/** Reads what the API server says about the Secret, and passes on what it means. */
final class SecretReader {
    private final String name;
    private final SecretRequests requests;
    private final ApiJson json;
    private final HtpasswdSecret secret;
    private final Contact contact;

    SecretReader(
            HtpasswdSecretConfiguration which,
            SecretRequests requests,
            HtpasswdSecret secret,
            Contact contact) {
        this.name = which.name();
        this.requests = requests;
        this.json = new ApiJson(which.key());
        this.secret = secret;
        this.contact = contact;
    }

    /**
     * Takes what there is now.
     *
     * @return the revision to watch from
     */
    String list() throws ReadFailure {
        ApiObject list = json.object(requests.list());
        String revision = list.revision();
        if (!"SecretList".equals(list.kind()) || revision == null || revision.isEmpty()) {
            // what is no list says nothing, least of all that something is gone
            throw new ReadFailure(ReadResult.MALFORMED);
        }
        for (ApiObject item : list.items()) {
            if (name.equals(item.name())) {
                secret.present(item);
                contact.listed(true);
                return revision;
            }
        }
        if (!list.items().isEmpty()) {
            throw new ReadFailure(ReadResult.MALFORMED);
        }
        secret.absent();
        contact.listed(false);
        return revision;
    }

    /** Some failures say something about the Secret as well. */
    void listFailed(ReadResult result) {
        if (result == ReadResult.NOT_FOUND) {
            secret.absent();
        } else if (result == ReadResult.TOO_LARGE) {
            secret.oversized();
        }
        contact.listFailed(result);
    }

    /** Takes what happens from this revision on, until the server ends it. */
    void watch(String revision) throws ReadFailure {
        try (WatchLines lines = requests.watch(revision)) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                take(json.event(line));
            }
        }
    }

    private void take(ApiJson.Event event) throws ReadFailure {
        ApiObject object = event.object();
        String type = String.valueOf(event.type());
        if (type.equals("ERROR")) {
            throw new ReadFailure(ReadResult.ofError(object.code()));
        }
        boolean ours = name.equals(object.name());
        if (ours && (type.equals("ADDED") || type.equals("MODIFIED"))) {
            secret.present(object);
            contact.heard(true);
        } else if (ours && type.equals("DELETED")) {
            secret.absent();
            contact.heard(false);
        } else {
            // a bookmark, a type that nobody here knows, or something about another object
            secret.confirmed();
            contact.heard();
        }
    }
}
