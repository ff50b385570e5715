namespace PrivacyGrains.Messages.Parties;

/// <summary>Who belongs to a consortium.</summary>
/// <param name="Consortium">Its name.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Epoch">Grows by one with every change of members or keys; bound into every roster.</param>
/// <param name="CoordinatorKey">The coordinator's verification key (ECDSA P-256, SPKI), which signs the audit log's heads. Base64.</param>
/// <param name="Engine"><c>Embedded</c> or <c>Orleans</c>.</param>
/// <param name="OneProcess">True where all parties run in one process: then there is no secrecy between them.</param>
/// <param name="Members">Ordered by party; invited and revoked ones included.</param>
public sealed record ConsortiumBody(
    string Consortium, string DisplayName, long Epoch, byte[] CoordinatorKey, string Engine, bool OneProcess, IReadOnlyList<MemberBody> Members);

/// <summary>One member.</summary>
/// <param name="Party">Its name: 1 to 64 characters of a-z, 0-9 and hyphen, beginning with a letter.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Roles">Of <c>data</c>, <c>compute</c>, <c>dealer</c>.</param>
/// <param name="Status"><c>invited</c>, <c>member</c> or <c>revoked</c>.</param>
/// <param name="VerificationKey">ECDSA P-256 public key (SPKI), base64; empty while invited.</param>
/// <param name="Fingerprint">Lower-case hex of SHA-256 over the key; empty while invited.</param>
public sealed record MemberBody(
    string Party, string DisplayName, IReadOnlyList<string> Roles, string Status, byte[] VerificationKey, string Fingerprint);

/// <summary>A party and whether it is there.</summary>
/// <param name="Member">Its entry in the consortium's book.</param>
/// <param name="Available">Whether the silo that runs it answered.</param>
/// <param name="Silo">That silo's name; null where it did not answer or the party has not joined.</param>
/// <param name="AgentSeenAt">When the party's own agent last showed; null for never since the silo's start.</param>
/// <param name="DataSets">Descriptions only, never rows.</param>
public sealed record PartyBody(MemberBody Member, bool Available, string? Silo, DateTimeOffset? AgentSeenAt, IReadOnlyList<DataSetBody> DataSets);

/// <summary>A description of a data set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">The public, declared number of records; at least 0.</param>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Budget">The budget that guards it.</param>
public sealed record DataSetBody(string Name, long Rows, IReadOnlyList<string> Columns, string Budget);

/// <summary>A data set's description, whose name stands in the path.</summary>
/// <param name="Rows">The public, declared number of records; at least 0.</param>
/// <param name="Columns">Names of the columns: 1 to 4096, each 1 to 128 characters.</param>
/// <param name="Budget">The budget that guards it.</param>
public sealed record DescribeDataSetRequest(long Rows, IReadOnlyList<string> Columns, string Budget);

/// <summary>Says that a party's agent is there.</summary>
/// <param name="AgentVersion">What runs: 1 to 64 characters.</param>
public sealed record PresenceRequest(string AgentVersion);

/// <summary>Why a new epoch begins.</summary>
/// <param name="After">The epoch that it follows.</param>
/// <param name="Reason">One line, public: 1 to 200 characters.</param>
public sealed record BeginEpochRequest(long After, string Reason);

/// <summary>Why a membership ends.</summary>
/// <param name="Reason">One line, public: 1 to 200 characters.</param>
public sealed record RevokePartyRequest(string Reason);
