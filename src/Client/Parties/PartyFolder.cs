using System.Text.Json;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Http;
using PrivacyGrains.Client.Keys;
using PrivacyGrains.Messages.Keys;
using PrivacyGrains.Messages.Parties;
using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Client.Parties;

/// <summary>A party's own folder: its keys (readable by their owner only) and what it has pinned of its consortium.</summary>
/// <remarks>
/// <c>keys/signing.pem</c> (PKCS#8), <c>keys/api.key</c> and <c>party.json</c>. Where the party's silo runs on the same machine, the folder is the one that the silo
/// keeps for it, so that both have one signing key.
/// </remarks>
public sealed class PartyFolder
{
    private PartyFolder(string path, PartyPins pins)
    {
        FullPath = path;
        Pins = pins;
    }

    /// <summary>Where it is.</summary>
    public string FullPath { get; }

    /// <summary>What the party has pinned.</summary>
    public PartyPins Pins { get; private set; }

    /// <summary>Opens the folder of a party that has joined.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="InputException"><c>party.not-joined</c> or <c>party.bad-folder</c>.</exception>
    public static PartyFolder Open(string path)
    {
        var full = Path.GetFullPath(path);
        var file = PinsOf(full);
        if (!File.Exists(file))
        {
            throw new InputException("party.not-joined", $"{full} holds no party that has joined. Run 'privacygrains join' with the invitation first.");
        }

        try
        {
            return new PartyFolder(full, JsonSerializer.Deserialize(File.ReadAllBytes(file), PartyFolderJson.Default.PartyPins) ?? throw new JsonException("null"));
        }
        catch (JsonException e)
        {
            throw new InputException("party.bad-folder", $"{file} is damaged: {e.Message} Restore it, or join anew from another folder.", e);
        }
    }

    /// <summary>Joins a consortium: makes what keys are missing, proves that it holds them, and pins what the invitation and the answer say.</summary>
    /// <param name="path">The party's folder; made where it is missing.</param>
    /// <param name="gateway">The gateway's address; its API key is not used.</param>
    /// <param name="invitation">As the operator handed it over. Secret.</param>
    /// <param name="clock">For deadlines; null for the machine's.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The folder, ready to connect.</returns>
    /// <remarks>
    /// Both secrets are on the disk before the request leaves, and neither leaves with it: a crash at any moment is mended by running it again.
    /// </remarks>
    /// <exception cref="InputException"><c>party.bad-invitation</c>, <c>party.other-party</c> or <c>party.bad-folder</c>.</exception>
    /// <exception cref="GatewayException">The gateway refused, or <c>party.wrong-coordinator</c>: it answers for another coordinator than the invitation names.</exception>
    public static async Task<PartyFolder> JoinAsync(
        string path, GatewayOptions gateway, string invitation, TimeProvider? clock = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        if (!InvitationToken.TryParse(invitation, out var told) || !InvitationToken.TryHash(told.Token, out var tokenHash))
        {
            throw new InputException("party.bad-invitation", "This is no invitation. Copy the whole line that begins with pgi_, as the operator gave it.");
        }

        var full = Path.GetFullPath(path);
        if (File.Exists(PinsOf(full)))
        {
            var joined = Open(full);
            return (joined.Pins.Party, joined.Pins.Consortium) == (told.Party, told.Consortium)
                ? joined
                : throw new InputException("party.other-party", $"{full} belongs to {joined.Pins.Party} of {joined.Pins.Consortium}. Use another folder.");
        }

        // 1. Keys, durable before anything is sent.
        using var key = EnsureSigningKey(full);
        var apiKey = EnsureApiKey(full, told.Party);
        if (!ApiKey.TryParse(apiKey, out var credentialId, out var secretHash))
        {
            throw new InputException("party.bad-folder", $"{ApiKeyOf(full)} holds no API key. Remove it and join again.");
        }

        // 2. The request; sent again, it is the same one.
        var request = new JoinRequestBody(
            told.Token, key.PublicKey.Spki.ToArray(), JoinProof.Sign(key, told.Consortium, told.Party, tokenHash), new JoinCredential(credentialId, secretHash));
        using var stranger = new GatewayClient(gateway with { ApiKey = null }, clock);
        var answer = await stranger.Parties.JoinAsync(told.Party, request, cancel);

        // 3. What came back is held against the invitation.
        if (!VerificationKey.TryCreate(answer.CoordinatorKey, out var coordinator) || coordinator.Fingerprint != told.CoordinatorFingerprint || answer.Consortium != told.Consortium)
        {
            throw new GatewayException("party.wrong-coordinator", 0, $"{gateway.BaseAddress} answers for another coordinator than the invitation names. Ask the operator.");
        }

        // 4. Pins.
        using var member = new GatewayClient(gateway with { ApiKey = apiKey }, clock);
        var consortium = await member.Parties.ConsortiumAsync(cancel);
        var folder = new PartyFolder(full, new PartyPins(told.Party, told.Consortium, gateway.BaseAddress, answer.CoordinatorKey, Fingerprints(consortium)));
        folder.Save();
        return folder;
    }

    /// <summary>The party's signing key.</summary>
    /// <returns>The key; the caller disposes it. Secret.</returns>
    /// <exception cref="InputException"><c>party.bad-folder</c>: the file is missing, holds no key, or others may read it.</exception>
    public SigningKey LoadSigningKey() => ReadSigningKey(SigningOf(FullPath));

    /// <summary>The party's API key. Secret.</summary>
    /// <exception cref="InputException">The file is missing, holds no key, or others may read it.</exception>
    public string ReadApiKey() => ApiKeyFile.Read(ApiKeyOf(FullPath));

    /// <summary>Connects as this party.</summary>
    /// <param name="gateway">Another address than the one that was joined through, or other limits; null for that one.</param>
    /// <param name="clock">For deadlines and waits; null for the machine's.</param>
    public GatewayClient Connect(GatewayOptions? gateway = null, TimeProvider? clock = null) =>
        new((gateway ?? new GatewayOptions { BaseAddress = Pins.Gateway }) with { ApiKey = ReadApiKey() }, clock);

    /// <summary>Compares a consortium's book with the pins, and pins members that are new.</summary>
    /// <param name="consortium">As a gateway answered it.</param>
    /// <exception cref="GatewayException"><c>party.key-changed</c> or <c>party.wrong-coordinator</c>: somebody has another key than the one that was pinned.</exception>
    public void Observe(ConsortiumBody consortium)
    {
        ArgumentNullException.ThrowIfNull(consortium);
        if (consortium.Consortium != Pins.Consortium || !consortium.CoordinatorKey.AsSpan().SequenceEqual(Pins.CoordinatorKey))
        {
            throw new GatewayException("party.wrong-coordinator", 0, $"The gateway answers for another coordinator than the one of {Pins.Consortium}. Ask the operator.");
        }

        var now = Fingerprints(consortium);
        foreach (var (party, fingerprint) in now)
        {
            if (Pins.Members.TryGetValue(party, out var pinned) && pinned != fingerprint)
            {
                throw new GatewayException(
                    "party.key-changed", 0, $"{party} has another key ({fingerprint[..16]}...) than the pinned one ({pinned[..16]}...). Ask it by another way; if it is right, remove the pin from party.json.");
            }
        }

        if (now.Keys.Any(p => !Pins.Members.ContainsKey(p)))
        {
            Pins = Pins with { Members = new SortedDictionary<string, string>(now.Concat(Pins.Members.Where(m => !now.ContainsKey(m.Key))).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) };
            Save();
        }
    }

    private static SortedDictionary<string, string> Fingerprints(ConsortiumBody consortium) => new(
        consortium.Members.Where(m => m.Status == "member" && VerificationKey.TryCreate(m.VerificationKey, out _))
            .ToDictionary(m => m.Party, m => VerificationKey.Create(m.VerificationKey).Fingerprint, StringComparer.Ordinal),
        StringComparer.Ordinal);

    /// <summary>Makes a party's signing key unless it is there.</summary>
    /// <param name="folder">The party's folder; made where it is missing.</param>
    /// <returns>The key; the caller disposes it. Secret.</returns>
    /// <exception cref="InputException"><c>party.bad-folder</c>: the file holds no key, or others may read it.</exception>
    public static SigningKey EnsureSigningKey(string folder)
    {
        var path = SigningOf(Path.GetFullPath(folder));
        if (!File.Exists(path))
        {
            using var fresh = SigningKey.Create();
            SecretFile.Write(path, fresh.ExportPem());
        }

        return ReadSigningKey(path);
    }

    private static string EnsureApiKey(string folder, string party) =>
        ApiKeyFile.EnsureCreated(ApiKeyOf(folder), $"{party[..Math.Min(party.Length, 48)]}-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6))}");

    private static SigningKey ReadSigningKey(string path)
    {
        try
        {
            return SigningKey.ImportPem(ReadSecret(path));
        }
        catch (ArgumentException e)
        {
            throw new InputException("party.bad-folder", $"{path} holds no P-256 key in PKCS#8 PEM. Put the party's own key back.", e);
        }
    }

    private static string ReadSecret(string path) =>
        !File.Exists(path) ? throw new InputException("party.bad-folder", $"{path} is missing. Put the party's own key back.")
        : SecretFile.IsOpenToOthers(path) ? throw new InputException("party.bad-folder", $"Others may read {path}. Run: chmod 600 {path}")
        : File.ReadAllText(path);

    private void Save() => SecretFile.Write(PinsOf(FullPath), JsonSerializer.Serialize(Pins, PartyFolderJson.Default.PartyPins));

    private static string PinsOf(string folder) => Path.Combine(folder, "party.json");

    private static string SigningOf(string folder) => Path.Combine(folder, "keys", "signing.pem");

    private static string ApiKeyOf(string folder) => Path.Combine(folder, "keys", "api.key");
}
