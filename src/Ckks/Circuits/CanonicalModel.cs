using Utf8 = System.Text.Encoding;

namespace PrivacyGrains.Ckks.Circuits;

/// <summary>A model's bytes for its digest: one way to write each model. Little-endian; lengths before what they measure.</summary>
internal static class CanonicalModel
{
    public static byte[] Write(EncryptedModel model)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Utf8.UTF8);
        writer.Write("PrivacyGrains.EncryptedModel.1"u8);
        writer.Write(model.Inputs);
        writer.Write(model.Names.Length);
        foreach (var name in model.Names)
        {
            var bytes = Utf8.UTF8.GetBytes(name);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }

        writer.Write(model.InputBound);
        writer.Write((int)model.Output);
        writer.Write(model.Layers.Length);
        foreach (var layer in model.Layers)
        {
            if (layer is DenseLayer dense)
            {
                writer.Write(1);
                writer.Write(dense.Inputs);
                writer.Write(dense.Outputs);
                Write(writer, dense.Weights.AsSpan());
                Write(writer, dense.Biases.AsSpan());
            }
            else if (layer is PolynomialLayer polynomial)
            {
                writer.Write(2);
                writer.Write((int)polynomial.Basis);
                writer.Write(polynomial.From);
                writer.Write(polynomial.To);
                Write(writer, polynomial.Coefficients.AsSpan());
            }
        }

        writer.Flush();
        return memory.ToArray();
    }

    private static void Write(BinaryWriter writer, ReadOnlySpan<double> numbers)
    {
        writer.Write(numbers.Length);
        foreach (var number in numbers)
        {
            writer.Write(number);
        }
    }
}
