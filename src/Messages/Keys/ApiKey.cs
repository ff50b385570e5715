using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace PrivacyGrains.Messages.Keys;

/// <summary>The form of an API key: <c>pgk_{credentialId}_{secret}</c>, the secret being 32 random bytes in base64url (43 characters).</summary>
/// <remarks>
/// The secret has 256 random bits, so its plain SHA-256 is kept and no slow hash is needed. The credential's id is public and never holds an underscore.
/// </remarks>
public static class ApiKey
{
    /// <summary>How every key begins, so that scanners of leaked secrets can find one.</summary>
    public const string Prefix = "pgk_";

    /// <summary>Bytes of the secret.</summary>
    public const int SecretBytes = 32;

    private const int SecretChars = 43;
    private const int MaximumIdChars = 64;

    /// <summary>Writes a key.</summary>
    /// <param name="credentialId">Public: 1 to 64 characters of a-z, 0-9 and hyphen.</param>
    /// <param name="secret">32 bytes. Secret.</param>
    /// <returns>The key. Secret.</returns>
    /// <exception cref="ArgumentException">The id or the secret's length is wrong.</exception>
    public static string Format(string credentialId, ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, SecretBytes);
        return IsCredentialId(credentialId)
            ? $"{Prefix}{credentialId}_{Base64Url.EncodeToString(secret)}"
            : throw new ArgumentException("A credential is named by 1 to 64 characters of a-z, 0-9 and hyphen.", nameof(credentialId));
    }

    /// <summary>Takes a key apart without judging whether it is known.</summary>
    /// <param name="key">As presented. Secret.</param>
    /// <param name="credentialId">Public.</param>
    /// <param name="secretHash">Lower-case hex of SHA-256 over the secret's 32 bytes.</param>
    /// <returns>Whether it has the form of a key.</returns>
    public static bool TryParse(string? key, [NotNullWhen(true)] out string? credentialId, [NotNullWhen(true)] out string? secretHash)
    {
        credentialId = secretHash = null;
        if (key is null || key.Length > Prefix.Length + MaximumIdChars + 1 + SecretChars || !key.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = key.AsSpan(Prefix.Length);
        var split = rest.IndexOf('_');
        if (split <= 0 || rest.Length - split - 1 != SecretChars)
        {
            return false;
        }

        var id = rest[..split].ToString();
        Span<byte> secret = stackalloc byte[SecretBytes];
        if (!IsCredentialId(id) || !Base64Url.TryDecodeFromChars(rest[(split + 1)..], secret, out var written) || written != SecretBytes)
        {
            return false;
        }

        credentialId = id;
        secretHash = HashSecret(secret);
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }

    /// <summary>What a consortium keeps of a secret.</summary>
    /// <param name="secret">The secret's bytes.</param>
    /// <returns>Lower-case hex of SHA-256.</returns>
    public static string HashSecret(ReadOnlySpan<byte> secret) => Convert.ToHexStringLower(SHA256.HashData(secret));

    private static bool IsCredentialId(string? id)
    {
        if (id is not { Length: >= 1 and <= MaximumIdChars })
        {
            return false;
        }

        foreach (var c in id)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
