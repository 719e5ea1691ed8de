//! The private words that the code once spoke, each with the one to write in its place.

/// A word that names nothing here.
pub(super) struct Banned {
    pub(super) word: &'static str,
    pub(super) fits: Match,
    /// Folders of crates; empty means everywhere.
    pub(super) within: &'static [&'static str],
    pub(super) instead: &'static str,
}

#[derive(Clone, Copy)]
pub(super) enum Match {
    /// Also as one word of a longer name.
    Part,
    /// As the whole name: inside a longer one it is plain English.
    Whole,
    /// As the whole name of a file or a type: as a function it is plain English.
    Noun,
    /// As the name of a file or folder alone.
    File,
}

const fn part(word: &'static str, within: &'static [&'static str], instead: &'static str) -> Banned {
    Banned { word, fits: Match::Part, within, instead }
}

const fn whole(word: &'static str, within: &'static [&'static str], instead: &'static str) -> Banned {
    Banned { word, fits: Match::Whole, within, instead }
}

const fn noun(word: &'static str, within: &'static [&'static str], instead: &'static str) -> Banned {
    Banned { word, fits: Match::Noun, within, instead }
}

const ANYWHERE: &[&str] = &[];
const AUTHORITY: &[&str] = &["authority"];
const GATE: &[&str] = &["gate"];
const WIRE: &[&str] = &["wire"];
const MAILSTORE: &[&str] = &["mailstore"];
const WEB: &[&str] = &["web"];
const POSTWARD: &[&str] = &["postward"];
const XTASK: &[&str] = &["xtask"];

/// More than one entry may fit a name; the first that does is said.
pub(super) const BANNED: &[Banned] = &[
    // authority
    part("desk", AUTHORITY, "session_writer"),
    part("clerk", AUTHORITY, "writer task"),
    part("errand", AUTHORITY, "WriteRequest"),
    noun("Entry", AUTHORITY, "PendingSession"),
    whole("owe", AUTHORITY, "defer"),
    whole("pay", AUTHORITY, "flush"),
    whole("enter", AUTHORITY, "open_session"),
    part("turns", AUTHORITY, "PrincipalLocks"),
    whole("take", AUTHORITY, "lock or lease"),
    whole("hold", AUTHORITY, "lock_principal"),
    part("bell", AUTHORITY, "ChangeListener"),
    part("rung", AUTHORITY, "ChangeListener::next"),
    noun("watch", AUTHORITY, "cluster sweep"),
    part("abide", AUTHORITY, "apply_lease"),
    part("tell_other_nodes", AUTHORITY, "broadcast_changes"),
    part("tell", AUTHORITY, "notify"),
    part("listening", AUTHORITY, "ChangeSubscription"),
    part("journal", AUTHORITY, "audit"),
    noun("By", AUTHORITY, "AuditActor"),
    whole("Whom", AUTHORITY, "PrincipalRef"),
    part("may_act", AUTHORITY, "require_recent_auth"),
    part("acting", AUTHORITY, "reauthentication"),
    whole("act", AUTHORITY, "begin_self_service"),
    part("confirm_again", AUTHORITY, "reauthenticate"),
    whole("NotNow", AUTHORITY, "ReauthRequired"),
    noun("own", AUTHORITY, "self_service"),
    part("hop", ANYWHERE, "switch_surface"),
    part("staff_rescue", ANYWHERE, "staff_recovery"),
    part("door", AUTHORITY, "surface"),
    noun("Of", AUTHORITY, "SessionSelector"),
    noun("reconnect", AUTHORITY, "VerifiedPasswordCache"),
    noun("Letters", AUTHORITY, "AppPasswordText"),
    whole("Proven", AUTHORITY, "AuthProof"),
    whole("Redeems", AUTHORITY, "Authorization"),
    whole("Spends", AUTHORITY, "OneTimeProof"),
    whole("Try", AUTHORITY, "Attempt"),
    whole("Lot", AUTHORITY, "Ticket"),
    noun("Draw", AUTHORITY, "admission"),
    whole("homes", AUTHORITY, "known_networks"),
    part("unlucky", AUTHORITY, "deferred"),
    part("besieged", AUTHORITY, "under_attack"),
    part("look_back", AUTHORITY, "detect_previous_password"),
    part("tripwire", AUTHORITY, "detect_previous_password"),
    part("unhurried", AUTHORITY, "with_min_response_time"),
    part("beyond_password", AUTHORITY, "require_second_factor"),
    part("step_aside", ANYWHERE, "detach"),
    part("step_back", ANYWHERE, "reattach"),
    whole("flowing", ANYWHERE, "is_live"),
    whole("checkpoint", ANYWHERE, "wait_until_live"),
    part("is_news", AUTHORITY, "is_new_network"),
    whole("Denied", AUTHORITY, "AuthFailure"),
    whole("NotEnough", AUTHORITY, "AuthFailure or StoreOutcome"),
    whole("NotEntered", AUTHORITY, "StoreOutcome"),
    whole("NotReplaced", AUTHORITY, "StoreOutcome"),
    whole("Unfit", AUTHORITY, "AuthFailure"),
    // gate
    whole("House", GATE, "GateContext"),
    part("corridor", GATE, "pre_auth"),
    whole("walk", GATE, "drive"),
    part("walker", GATE, "PreAuthSession"),
    whole("Arrival", GATE, "Accepted"),
    part("stranger", GATE, "pre_auth_limits"),
    part("strangers", GATE, "pre_auth_limits"),
    part("crowd", GATE, "ConnectionLimiter"),
    noun("Standing", GATE, "Slot"),
    noun("visit", GATE, "webmail_stream"),
    part("tether", GATE, "guarded_stream"),
    part("tethered", GATE, "GuardedStream"),
    part("leash", GATE, "SessionHandle"),
    whole("cut", GATE, "abort"),
    part("dialled", GATE, "UpstreamConnection"),
    whole("Privacy", GATE, "TransportSecurity"),
    whole("part", GATE, "close_with"),
    // wire
    noun("Talk", WIRE, "ProtocolState"),
    noun("Move", WIRE, "Action"),
    part("hear", WIRE, "handle_line"),
    part("patience", WIRE, "Budget"),
    part("farewell", WIRE, "CloseReason"),
    noun("Opening", WIRE, "DialogueConfig"),
    whole("Unfit", WIRE, "InvalidCredentials"),
    // mailstore
    part("errand", MAILSTORE, "cancellation"),
    whole("stands", MAILSTORE, "check"),
    part("shelf", MAILSTORE, "trash"),
    noun("once", MAILSTORE, "idempotent_delivery"),
    noun("view", MAILSTORE, "Snapshot"),
    noun("disk", MAILSTORE, "FolderState"),
    noun("Place", MAILSTORE, "MaildirDir"),
    noun("Going", MAILSTORE, "Continue"),
    noun("Over", MAILSTORE, "SessionEnd"),
    whole("look", MAILSTORE, "refresh"),
    noun("Conversation", MAILSTORE, "LineStream"),
    noun("Pace", MAILSTORE, "Timeouts"),
    whole("say", MAILSTORE, "write_line"),
    part("hostile", MAILSTORE, "generators"),
    whole("NoList", MAILSTORE, "UidListError"),
    // web
    noun("told", WEB, "message_page"),
    part("dress", WEB, "security_headers"),
    noun("visit", WEB, "RequestContext"),
    part("trouble", WEB, "PageError"),
    part("turned_away", WEB, "login_redirect"),
    noun("Note", WEB, "Flash"),
    part("way_back", WEB, "return_path"),
    noun("front", WEB, "root"),
    noun("Asked", WEB, "the page's name and Query"),
    noun("Typed", WEB, "the page's name and Form"),
    noun("Sent", WEB, "the page's name and Form"),
    noun("Whole", WEB, "Full"),
    noun("Fragment", WEB, "Partial"),
    noun("Shape", WEB, "RenderMode"),
    part("owing", WEB, "pending_second_factor"),
    noun("Cut", WEB, "ConnectionAbort"),
    part("desk", WEB, "folder_list"),
    noun("place", WEB, "routes"),
    noun("Sight", WEB, "MessageBody"),
    Banned { word: "step", fits: Match::File, within: WEB, instead: "confirmation_step" },
    // postward
    noun("Way", POSTWARD, "ChangePath"),
    noun("course", POSTWARD, "plan"),
    noun("Cast", POSTWARD, "Participants"),
    noun("Ground", POSTWARD, "Target"),
    noun("Posture", POSTWARD, "Scenario"),
    noun("round", POSTWARD, "trial"),
    part("deaths", POSTWARD, "disconnect_watch"),
    noun("Fate", POSTWARD, "ExpectedSecondFactor"),
    noun("post", POSTWARD, "mailer"),
    noun("Paper", POSTWARD, "template"),
    noun("words", POSTWARD, "text"),
    part("postman", ANYWHERE, "mailer worker"),
    part("by_line", POSTWARD, "starttls_guard"),
    whole("Counter", POSTWARD, "ControlClient"),
    whole("Alone", POSTWARD, "SyncWrapper"),
    whole("Wiped", POSTWARD, "SecretField"),
    whole("KnownTo", POSTWARD, "RecipientLookup"),
    whole("BuiltIn", POSTWARD, "EmbeddedEngine"),
    whole("ThroughGate", POSTWARD, "GateEngine"),
    part("whereabouts", POSTWARD, "Target"),
    part("handout", POSTWARD, "credentials_file"),
    // xtask
    part("knock", XTASK, "attempt"),
    part("pour", XTASK, "throughput"),
    part("drink", XTASK, "throughput"),
    part("drunk", XTASK, "throughput"),
    whole("Question", XTASK, "Benchmark"),
    part("strangers", XTASK, "address_enumeration"),
    // everywhere
    part("house", ANYWHERE, "what it holds: GateContext, TestHost, initial"),
    part("door", ANYWHERE, "listener, surface or endpoint"),
    part("doors", ANYWHERE, "listeners, surfaces or endpoints"),
    part("witness", ANYWHERE, "LeakScanner"),
];
