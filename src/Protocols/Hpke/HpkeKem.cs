using System.Security.Cryptography;
using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Protocols.Hpke;

/// <summary>DHKEM(P-256, HKDF-SHA256): agrees on a shared secret with whoever holds the recipient's key.</summary>
/// <remarks>Source: RFC 9180 sections 4.1 and 7.1. Points were validated when their <see cref="AgreementPublicKey"/> was made (section 7.1.4).</remarks>
internal static class HpkeKem
{
    /// <summary>DeriveKeyPair (section 7.1.3): rejection sampling; the mask for P-256 is 0xFF, so a second try has probability 2^-32.</summary>
    public static AgreementKey DeriveKeyPair(ReadOnlySpan<byte> keyMaterial)
    {
        var prk = HpkeKdf.LabeledExtract(HpkeKdf.KemSuite, [], "dkp_prk"u8, keyMaterial);
        try
        {
            for (var counter = 0; counter <= 255; counter++)
            {
                var candidate = HpkeKdf.LabeledExpand(HpkeKdf.KemSuite, prk, "candidate"u8, [(byte)counter], AgreementKey.Length);
                var found = AgreementKey.TryImport(candidate, out var key);
                CryptographicOperations.ZeroMemory(candidate);
                if (found)
                {
                    return key!;
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(prk);
        }

        throw new CryptographicException("DeriveKeyPair found no key in 256 tries, which has probability below 2^-8000.");
    }

    /// <summary>Encap, or AuthEncap where there is a sender's key, under a given ephemeral key.</summary>
    public static byte[] Encapsulate(AgreementPublicKey recipient, AgreementKey ephemeral, AgreementKey? sender) =>
        Derive(
            ephemeral.Agree(recipient),
            sender?.Agree(recipient) ?? [],
            [.. ephemeral.PublicKey.Point.Span, .. recipient.Point.Span, .. sender is null ? [] : sender.PublicKey.Point.Span]);

    /// <summary>Decap, or AuthDecap where there is a sender's key.</summary>
    public static byte[] Decapsulate(AgreementKey recipient, AgreementPublicKey encapsulated, AgreementPublicKey? sender) =>
        Derive(
            recipient.Agree(encapsulated),
            sender is null ? [] : recipient.Agree(sender),
            [.. encapsulated.Point.Span, .. recipient.PublicKey.Point.Span, .. sender is null ? [] : sender.Point.Span]);

    /// <summary>ExtractAndExpand over the one or two agreements; clears them.</summary>
    private static byte[] Derive(byte[] first, byte[] second, byte[] context)
    {
        byte[] agreement = [.. first, .. second];
        var prk = HpkeKdf.LabeledExtract(HpkeKdf.KemSuite, [], "eae_prk"u8, agreement);
        var shared = HpkeKdf.LabeledExpand(HpkeKdf.KemSuite, prk, "shared_secret"u8, context, HpkeKdf.HashLength);
        foreach (var secret in new[] { first, second, agreement, prk })
        {
            CryptographicOperations.ZeroMemory(secret);
        }

        return shared;
    }
}
