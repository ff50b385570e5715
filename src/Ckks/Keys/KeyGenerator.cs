using System.Security.Cryptography;
using PrivacyGrains.Arithmetic.Randomness;
using PrivacyGrains.Ckks.Encryption;
using PrivacyGrains.Ckks.Evaluation;
using PrivacyGrains.Ckks.Hashing;

namespace PrivacyGrains.Ckks.Keys;

/// <summary>Makes a client's keys: on the client's side.</summary>
/// <remarks>CKKS key switching with one special prime P (Cheon, Han, Kim, Kim, Song 2018, section 4; Gentry, Halevi, Smart 2012, section 3.1): entry j encrypts P times the new key's residue modulo the data prime j.</remarks>
public sealed class KeyGenerator : IDisposable
{
    private readonly CkksContext _context;
    private readonly IRandomSource _random;

    /// <summary>Draws a secret key.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="random">A cryptographic source.</param>
    public KeyGenerator(CkksContext context, IRandomSource random)
    {
        (_context, _random) = (context, random);
        var small = new sbyte[context.Degree];
        Samplers.Ternary(random, small);
        var words = new ulong[context.PrimeCount * context.Degree];
        for (var prime = 0; prime < context.PrimeCount; prime++)
        {
            var residues = words.AsSpan(prime * context.Degree, context.Degree);
            Samplers.ToResidues(context.Moduli[prime], small, residues);
            context.Transforms[prime].Forward(residues);
        }

        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(small.AsSpan()));
        SecretKey = new SecretKey(words);
    }

    /// <summary>Takes a secret key that exists; the caller keeps it.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="key">Of these parameters.</param>
    /// <param name="random">A cryptographic source.</param>
    public KeyGenerator(CkksContext context, SecretKey key, IRandomSource random) => (_context, SecretKey, _random) = (context, key, random);

    /// <summary>The secret key.</summary>
    public SecretKey SecretKey { get; }

    /// <summary>A public key for it.</summary>
    /// <returns>With the seed of its second polynomial.</returns>
    public PublicKey CreatePublicKey()
    {
        var value = new Ciphertext();
        var seed = ZeroEncryption.Symmetric(_context, SecretKey, _random, _context.PrimeCount, value);
        return new PublicKey(value) { Seed = seed };
    }

    /// <summary>Keys for products.</summary>
    /// <returns>The keys.</returns>
    /// <exception cref="InvalidOperationException">The parameters have no special prime.</exception>
    public RelinearizationKeys CreateRelinearizationKeys()
    {
        var square = SecretKey.Words.ToArray();
        for (var i = 0; i < square.Length; i++)
        {
            square[i] = _context.Moduli[i / _context.Degree].Multiply(square[i], square[i]);
        }

        return new RelinearizationKeys(SwitchFrom(square));
    }

    /// <summary>Keys for rotations.</summary>
    /// <param name="steps">Each different from zero; any number.</param>
    /// <param name="conjugation">Whether the key for conjugation is among them.</param>
    /// <returns>The keys.</returns>
    /// <exception cref="InvalidOperationException">The parameters have no special prime.</exception>
    public GaloisKeys CreateGaloisKeys(IEnumerable<int> steps, bool conjugation = false)
    {
        var elements = steps.Select(s => GaloisKeys.ElementOf(_context, s));
        elements = conjugation ? elements.Append(GaloisKeys.ConjugationOf(_context)) : elements;
        return new GaloisKeys(elements.Distinct().ToDictionary(e => e, e =>
        {
            var turned = new ulong[SecretKey.Words.Length];
            var permutation = Automorphism.Permutation(_context.Degree, e);
            for (var i = 0; i < turned.Length; i++)
            {
                turned[i] = SecretKey.Words[(i / _context.Degree * _context.Degree) + permutation[i % _context.Degree]];
            }

            return SwitchFrom(turned);
        }));
    }

    /// <summary>Clears the secret key.</summary>
    public void Dispose() => SecretKey.Dispose();

    private SwitchingKey SwitchFrom(ulong[] newKey)
    {
        if (!_context.CanSwitchKeys)
        {
            throw new InvalidOperationException("Parameters with one prime have no special prime: nothing is relinearised or rotated under them.");
        }

        var (entries, seeds) = (new List<Ciphertext>(), new List<ExpansionSeed>());
        for (var j = 0; j < _context.DataPrimeCount; j++)
        {
            var entry = new Ciphertext();
            seeds.Add(ZeroEncryption.Symmetric(_context, SecretKey, _random, _context.PrimeCount, entry));
            var modulus = _context.Moduli[j];
            var factor = modulus.Reduce(_context.SpecialModulus.Value);
            var b = entry.Residues(0, j);
            for (var i = 0; i < b.Length; i++)
            {
                b[i] = modulus.Add(b[i], modulus.Multiply(newKey[(j * _context.Degree) + i], factor));
            }

            entries.Add(entry);
        }

        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(newKey.AsSpan()));
        return new SwitchingKey(entries) { Seeds = seeds };
    }
}
