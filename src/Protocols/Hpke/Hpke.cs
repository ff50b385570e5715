using System.Diagnostics.CodeAnalysis;
using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Protocols.Hpke;

/// <summary>Hybrid public key encryption to a P-256 key: carries client inputs and stored shares to who cannot take part in an exchange.</summary>
/// <remarks>
/// <para>
/// Source: Barnes, Bhargavan, Lipp, Wood, "Hybrid Public Key Encryption", RFC 9180: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, modes base and
/// auth. The suite is fixed; nothing is negotiated.
/// </para>
/// <para>
/// Security: IND-CCA2 for the holder of the recipient's key (RFC 9180 section 9.1). Base mode does not say who sealed: sign, or put the sender into a signed
/// message. Auth mode says so only while the recipient's key is safe (key-compromise impersonation, section 9.1.1). No forward secrecy against loss of the
/// recipient's key, hence keys made per session or round and erased at its end; no protection from replay (section 9.7.3), hence session and sequence in info
/// or associated data; lengths are visible.
/// </para>
/// </remarks>
[SuppressMessage("Naming", "CA1724:Type names should not match namespaces", Justification = "The protocol's own name.")]
public static class Hpke
{
    /// <summary>By how many bytes a one-shot sealed message is longer than its plaintext: encapsulated key and tag.</summary>
    public const int Overhead = AgreementPublicKey.Length + HpkeContext.TagLength;

    private const byte ModeBase = 0;
    private const byte ModeAuth = 2;

    /// <summary>The key pair of some key material (RFC 9180 section 7.1.3).</summary>
    /// <param name="keyMaterial">At least 32 bytes of that much entropy; secret.</param>
    /// <returns>The pair; its owner disposes it.</returns>
    /// <exception cref="ArgumentException">There is too little material.</exception>
    public static AgreementKey DeriveKeyPair(ReadOnlySpan<byte> keyMaterial) =>
        keyMaterial.Length >= AgreementKey.Length
            ? HpkeKem.DeriveKeyPair(keyMaterial)
            : throw new ArgumentException($"Key material has at least {AgreementKey.Length} bytes.", nameof(keyMaterial));

    /// <summary>Seals one message to a key (base mode, section 6.1).</summary>
    /// <param name="recipient">The recipient's checked key.</param>
    /// <param name="info">What the message belongs to: consortium, epoch, session, roster digest and parties, as canonical bytes; public.</param>
    /// <param name="associatedData">Authenticated with this message; public, may be empty.</param>
    /// <param name="plaintext">The message; secret.</param>
    /// <returns>Encapsulated key, ciphertext and tag: <see cref="Overhead"/> bytes longer than the message.</returns>
    public static byte[] Seal(AgreementPublicKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext)
    {
        using var context = CreateSender(recipient, info);
        return [.. context.Encapsulated.Span, .. context.Seal(associatedData, plaintext)];
    }

    /// <summary>Opens one message.</summary>
    /// <param name="recipient">The recipient's key pair.</param>
    /// <param name="info">What the sender gave.</param>
    /// <param name="associatedData">What the sender gave.</param>
    /// <param name="sealedMessage">The bytes as they came.</param>
    /// <returns>The message, or <c>hpke.malformed</c>, <c>hpke.invalid-point</c> or <c>hpke.not-opened</c>.</returns>
    public static Checked<byte[]> Open(AgreementKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedMessage)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        if (sealedMessage.Length < Overhead)
        {
            return new ProtocolFault("hpke.malformed", null, $"at least {Overhead} bytes", $"{sealedMessage.Length} bytes");
        }

        if (!CreateRecipient(recipient, sealedMessage[..AgreementPublicKey.Length], info).Try(out var context, out var fault))
        {
            return fault;
        }

        using (context)
        {
            return context.Open(associatedData, sealedMessage[AgreementPublicKey.Length..]);
        }
    }

    /// <summary>Starts a sequence of messages to a key (SetupBaseS or SetupAuthS).</summary>
    /// <param name="recipient">The recipient's checked key.</param>
    /// <param name="info">What the messages belong to; public.</param>
    /// <param name="sender">The sender's key pair for auth mode, or null for base mode.</param>
    /// <returns>The sender's side; its owner disposes it.</returns>
    public static HpkeSender CreateSender(AgreementPublicKey recipient, ReadOnlySpan<byte> info, AgreementKey? sender = null)
    {
        using var ephemeral = AgreementKey.Create();
        return CreateSender(recipient, info, sender, ephemeral);
    }

    /// <summary>Starts the opening of a sequence of messages (SetupBaseR or SetupAuthR).</summary>
    /// <param name="recipient">The recipient's key pair.</param>
    /// <param name="encapsulated">The encapsulated key as it came.</param>
    /// <param name="info">What the sender gave.</param>
    /// <param name="sender">The sender's checked key for auth mode, or null for base mode.</param>
    /// <returns>The recipient's side, or <c>hpke.invalid-point</c>; its owner disposes it.</returns>
    public static Checked<HpkeRecipient> CreateRecipient(
        AgreementKey recipient, ReadOnlySpan<byte> encapsulated, ReadOnlySpan<byte> info, AgreementPublicKey? sender = null)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return AgreementPublicKey.TryCreate(encapsulated, out var point)
            ? new HpkeRecipient(sender is null ? ModeBase : ModeAuth, HpkeKem.Decapsulate(recipient, point, sender), info)
            : new ProtocolFault("hpke.invalid-point", null, "an uncompressed point on P-256", $"{encapsulated.Length} bytes that are none");
    }

    /// <summary>As above under a given ephemeral key: for known answers only, since a second use of one ephemeral key reuses a nonce.</summary>
    internal static HpkeSender CreateSender(AgreementPublicKey recipient, ReadOnlySpan<byte> info, AgreementKey? sender, AgreementKey ephemeral)
    {
        ArgumentNullException.ThrowIfNull(recipient);
        return new HpkeSender(
            sender is null ? ModeBase : ModeAuth, ephemeral.PublicKey.Point.ToArray(), HpkeKem.Encapsulate(recipient, ephemeral, sender), info);
    }
}
