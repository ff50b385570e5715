using PrivacyGrains.Protocols.Identity;

namespace PrivacyGrains.Grains.Parties;

/// <summary>The signing keys of the owners that this silo runs grains for.</summary>
/// <remarks>A key is read from its owner's file when first asked for and stays in memory; it never enters a journal, a message or a log.</remarks>
public interface IPartyKeys
{
    /// <summary>An owner's key.</summary>
    /// <param name="owner">A party, or <c>consortium</c> for the coordinator.</param>
    /// <returns>The key; it belongs to this service, so the caller does not dispose it. Secret.</returns>
    /// <exception cref="FileNotFoundException">The owner has no key here: the silo was not set up for it.</exception>
    /// <exception cref="InvalidDataException">The file holds no key, or others may read it.</exception>
    ValueTask<SigningKey> GetAsync(string owner);
}
