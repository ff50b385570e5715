using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace PrivacyGrains.Messages.Keys;

/// <summary>What an operator hands to an invited party, in one line: <c>pgi_{party}_{consortium}_{coordinator}_{token}</c>.</summary>
/// <param name="Party">Who is invited.</param>
/// <param name="Consortium">Into which consortium.</param>
/// <param name="CoordinatorFingerprint">Lower-case hex of SHA-256 over the coordinator's key: what the joining party pins, whatever the gateway then says.</param>
/// <param name="Token">32 random bytes in base64url (43 characters). Secret.</param>
public sealed record InvitationToken(string Party, string Consortium, string CoordinatorFingerprint, string Token)
{
    private const string Prefix = "pgi_";
    private const int TokenChars = 43;

    /// <summary>What the consortium keeps of a token, and what a joining party's proof is bound to.</summary>
    /// <param name="token">As the invitation gave it. Secret.</param>
    /// <param name="hash">Lower-case hex of SHA-256 over its 32 bytes.</param>
    /// <returns>Whether it has the form of a token.</returns>
    public static bool TryHash(string? token, [NotNullWhen(true)] out string? hash)
    {
        hash = null;
        Span<byte> secret = stackalloc byte[ApiKey.SecretBytes];
        if (token is not { Length: TokenChars } || !Base64Url.TryDecodeFromChars(token, secret, out var written) || written != ApiKey.SecretBytes)
        {
            return false;
        }

        hash = ApiKey.HashSecret(secret);
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }

    /// <summary>Writes the line.</summary>
    /// <returns>The line. Secret.</returns>
    public string Format() => $"{Prefix}{Party}_{Consortium}_{CoordinatorFingerprint}_{Token}";

    /// <summary>Reads a line.</summary>
    /// <param name="line">As it was handed over. Secret.</param>
    /// <param name="invitation">What it says, or null.</param>
    /// <returns>Whether it is an invitation.</returns>
    public static bool TryParse(string? line, [NotNullWhen(true)] out InvitationToken? invitation)
    {
        invitation = null;
        if (line is null || !line.StartsWith(Prefix, StringComparison.Ordinal) || line.Length > 512)
        {
            return false;
        }

        // The token comes last, and is the only part that may hold an underscore.
        var parts = line[Prefix.Length..].Split('_', 4);
        if (parts.Length == 4 && parts[0].Length > 0 && parts[1].Length > 0 && parts[2].Length == 64 && parts[2].All(char.IsAsciiHexDigitLower) && TryHash(parts[3], out _))
        {
            invitation = new InvitationToken(parts[0], parts[1], parts[2], parts[3]);
        }

        return invitation is not null;
    }

    /// <summary>The shape only: the token is secret.</summary>
    public override string ToString() => $"InvitationToken({Party} into {Consortium})";
}
