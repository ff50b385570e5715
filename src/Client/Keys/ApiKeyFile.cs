using System.Security.Cryptography;
using PrivacyGrains.Client.Errors;
using PrivacyGrains.Client.Parties;
using PrivacyGrains.Messages.Keys;

namespace PrivacyGrains.Client.Keys;

/// <summary>API keys in files that only their owner reads (mode 600).</summary>
public static class ApiKeyFile
{
    /// <summary>Reads a key.</summary>
    /// <param name="path">Where it is.</param>
    /// <returns>The key. Secret.</returns>
    /// <exception cref="InputException"><c>key.missing-file</c>, <c>key.open-file</c> or <c>key.bad-file</c>.</exception>
    public static string Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException("key.missing-file", $"{path} is missing. Put the key back, or have another made.");
        }

        if (SecretFile.IsOpenToOthers(path))
        {
            throw new InputException("key.open-file", $"Others may read {path}. Run: chmod 600 {path}");
        }

        var text = File.ReadAllText(path).Trim();
        return ApiKey.TryParse(text, out _, out _) ? text : throw new InputException("key.bad-file", $"{path} holds no API key (pgk_...). Put the key back, or have another made.");
    }

    /// <summary>Writes a key, whole or not at all.</summary>
    /// <param name="path">Where.</param>
    /// <param name="apiKey">The key. Secret.</param>
    public static void Write(string path, string apiKey) => SecretFile.Write(Path.GetFullPath(path), apiKey);

    /// <summary>Reads a key, made first where there is none.</summary>
    /// <param name="path">Where.</param>
    /// <param name="credentialId">Its public name, where it is made.</param>
    /// <returns>The key. Secret.</returns>
    /// <exception cref="InputException">As <see cref="Read"/>.</exception>
    public static string EnsureCreated(string path, string credentialId)
    {
        if (!File.Exists(path))
        {
            Write(path, ApiKey.Format(credentialId, RandomNumberGenerator.GetBytes(ApiKey.SecretBytes)));
        }

        return Read(path);
    }
}
