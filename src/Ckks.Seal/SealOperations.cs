using Native = Microsoft.Research.SEAL;

namespace PrivacyGrains.Ckks.Seal;

/// <summary>SEAL's operations on operands of its own, for <c>bench ckks</c>, which finds this by its name. Nothing is passed over while they run.</summary>
public static class SealOperations
{
    /// <summary>Makes keys and operands.</summary>
    /// <param name="context">The parameters.</param>
    /// <param name="scaleBits">log2 of the scale.</param>
    /// <param name="features">Of the linear score; 0 for none.</param>
    /// <returns>Each operation once, by its name. SEAL's objects live as long as these.</returns>
    public static IReadOnlyDictionary<string, Action> Prepare(CkksContext context, int scaleBits, int features)
    {
        var native = new NativeContext(context).Context;
        var generator = new Native.KeyGenerator(native);
        generator.CreatePublicKey(out var publicKey);
        generator.CreateRelinKeys(out Native.RelinKeys relinearization);
        generator.CreateGaloisKeys([1], out Native.GaloisKeys galois);
        var (encoder, evaluator) = (new Native.CKKSEncoder(native), new Native.Evaluator(native));
        var (encryptor, decryptor) = (new Native.Encryptor(native, publicKey, generator.SecretKey), new Native.Decryptor(native, generator.SecretKey));
        var scale = Math.ScaleB(1, scaleBits);
        double[] values = [.. Enumerable.Range(0, context.SlotCount).Select(static i => Math.Sin(i))];
        var (plain, otherPlain, decoded) = (new Native.Plaintext(), new Native.Plaintext(), new List<double>());
        var (x, y, product, result) = (new Native.Ciphertext(), new Native.Ciphertext(), new Native.Ciphertext(), new Native.Ciphertext());
        encoder.Encode(values, scale, plain);
        encryptor.Encrypt(plain, x);
        encryptor.Encrypt(plain, y);
        evaluator.Multiply(x, y, product);
        var seeded = new MemoryStream();
        using (var symmetric = encryptor.EncryptSymmetric(plain))
        {
            symmetric.Save(seeded, Native.ComprModeType.None);
        }

        return new Dictionary<string, Action>(StringComparer.Ordinal)
        {
            ["add"] = () => evaluator.Add(x, y, result),
            ["multiply-plain"] = () => evaluator.MultiplyPlain(x, plain, result),
            ["multiply"] = () => evaluator.Multiply(x, y, result),
            ["relinearize"] = () => evaluator.Relinearize(product, relinearization, result),
            ["rescale"] = () => evaluator.RescaleToNext(x, result),
            ["rotate"] = () => evaluator.RotateVector(x, 1, galois, result),
            ["encode"] = () => encoder.Encode(values, scale, otherPlain),
            ["decode"] = () => encoder.Decode(plain, decoded),
            ["encrypt"] = () => encryptor.Encrypt(plain, result),
            ["encrypt-symmetric"] = () => encryptor.EncryptSymmetric(plain, result),
            ["decrypt"] = () => decryptor.Decrypt(x, otherPlain),
            ["load-seeded"] = () =>
            {
                seeded.Position = 0;
                result.Load(native, seeded);
            },
            ["linear"] = features == 0 ? static () => { } : Linear(features, values, scale, encoder, encryptor, evaluator),
        };
    }

    // SEAL has no product with one number: its users encode it in every slot.
    private static Action Linear(int features, double[] values, double scale, Native.CKKSEncoder encoder, Native.Encryptor encryptor, Native.Evaluator evaluator)
    {
        var (inputs, weights) = (new Native.Ciphertext[features], new Native.Plaintext[features]);
        for (var i = 0; i < features; i++)
        {
            (inputs[i], weights[i]) = (new Native.Ciphertext(), new Native.Plaintext());
            encoder.Encode(values, scale, weights[i]);
            encryptor.Encrypt(weights[i], inputs[i]);
            encoder.Encode(0.1 + (i / 50.0), scale, weights[i]);
        }

        var (sum, term, result, bias) = (new Native.Ciphertext(), new Native.Ciphertext(), new Native.Ciphertext(), new Native.Plaintext());
        encoder.Encode(0.5, scale * scale, bias);
        return () =>
        {
            evaluator.MultiplyPlain(inputs[0], weights[0], sum);
            for (var i = 1; i < inputs.Length; i++)
            {
                evaluator.MultiplyPlain(inputs[i], weights[i], term);
                evaluator.AddInplace(sum, term);
            }

            evaluator.AddPlainInplace(sum, bias);
            evaluator.RescaleToNext(sum, result);
        };
    }
}
