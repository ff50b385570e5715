using PrivacyGrains.Ckks.Encoding;
using PrivacyGrains.Ckks.Modular;

namespace PrivacyGrains.Ckks.Evaluation;

/// <summary>One prime's part of a product of two ciphertexts; the destination is neither.</summary>
internal readonly struct TensorStep(CkksContext context, Ciphertext a, Ciphertext b, Ciphertext destination) : IPrimeStep
{
    /// <inheritdoc/>
    public void Run(int worker, int item) => ResidueLoops.Tensor(
        context.Moduli[item], a.Residues(0, item), a.Residues(1, item), b.Residues(0, item), b.Residues(1, item),
        destination.Residues(0, item), destination.Residues(1, item), destination.Residues(2, item));
}

/// <summary>One prime's part of a product with a plaintext.</summary>
internal readonly struct PlainStep(CkksContext context, Ciphertext a, Plaintext p, Ciphertext destination) : IPrimeStep
{
    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        for (var polynomial = 0; polynomial < a.Size; polynomial++)
        {
            ResidueLoops.Multiply(context.Moduli[item], a.Residues(polynomial, item), p.Residues(item), destination.Residues(polynomial, item));
        }
    }
}

/// <summary>One prime's part of a product with one number.</summary>
internal readonly struct ScalarStep(CkksContext context, Ciphertext a, double scaled, Ciphertext destination) : IPrimeStep
{
    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        var scalar = ExactResidues.Of(context.Moduli[item], scaled);
        for (var polynomial = 0; polynomial < a.Size; polynomial++)
        {
            ResidueLoops.MultiplyScalar(context.Moduli[item], a.Residues(polynomial, item), scalar, destination.Residues(polynomial, item));
        }
    }
}

/// <summary>One prime's part of an automorphism: c0 turned, c1 turned into what is to be switched, and nothing in its place.</summary>
internal readonly struct TurnStep(Ciphertext a, int[] places, Ciphertext destination, KeySwitch keySwitch) : IPrimeStep
{
    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        ResidueLoops.Permute(a.Residues(0, item), places, destination.Residues(0, item));
        ResidueLoops.Permute(a.Residues(1, item), places, keySwitch.Target(a.PrimeCount).Slice(item * a.Degree, a.Degree));
        destination.Residues(1, item).Clear();
    }
}
