namespace PrivacyGrains.Ckks.Formats;

/// <summary>Names a field where it is refused; costs nothing where it is not.</summary>
/// <param name="Root">The object: <c>ciphertext</c>.</param>
/// <param name="Outer">Which key, or -1.</param>
/// <param name="Inner">Which entry of it, or -1.</param>
internal readonly record struct FieldPath(string Root, int Outer = -1, int Inner = -1)
{
    public FormatFault Fault(string code, string field, string message) => new(code, Of(field), message);

    private string Of(string field)
    {
        var root = Outer < 0 ? Root : Inner < 0 ? $"{Root}[{Outer}]" : $"{Root}[{Outer}][{Inner}]";
        return field.Length == 0 ? root : $"{root}.{field}";
    }
}
