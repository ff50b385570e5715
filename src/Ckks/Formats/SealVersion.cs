namespace PrivacyGrains.Ckks.Formats;

/// <summary>The SEAL release whose dialect an object is written in: SEAL before 4.4 reads only its own, so an answer takes the request's. Public.</summary>
/// <param name="Major">3 or 4.</param>
/// <param name="Minor">Of 3: at least 6.</param>
public readonly record struct SealVersion(byte Major, byte Minor)
{
    /// <summary>The dialect that SEAL 3.7 and every 4.x read: for objects that answer nothing.</summary>
    public static SealVersion Widest => new(3, 7);

    /// <summary>Whether it is read and written here. Before 3.6 seeds were expanded in other ways.</summary>
    public bool IsSupported => Major == 4 || (Major == 3 && Minor >= 6);

    /// <summary>Whether ciphertexts carry BGV's correction factor; always 1 in CKKS.</summary>
    internal bool HasCorrectionFactor => Major == 4;

    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}";
}

/// <summary>How the body of an object is packed: byte 5 of its header.</summary>
public enum SealCompression : byte
{
    /// <summary>As it is.</summary>
    None = 0,

    /// <summary>One RFC 1950 stream.</summary>
    Zlib = 1,

    /// <summary>One RFC 8878 frame.</summary>
    Zstd = 2,
}

/// <summary>How an object stood on the wire: its answer is written the same way. Public.</summary>
/// <param name="Version">The dialect.</param>
/// <param name="Compression">The packing.</param>
public readonly record struct SealFraming(SealVersion Version, SealCompression Compression)
{
    /// <summary>What every reader takes: the widest dialect, not packed.</summary>
    public static SealFraming Widest => new(SealVersion.Widest, SealCompression.None);
}

/// <summary>Why bytes are refused.</summary>
/// <param name="Code">Stable: <c>ckks.truncated</c>, <c>ckks.trailing-bytes</c>, <c>ckks.header</c>, <c>ckks.version</c>, <c>ckks.compression</c>, <c>ckks.inflate</c>, <c>ckks.too-large</c>, <c>ckks.parameters</c>, <c>ckks.level</c>, <c>ckks.shape</c>, <c>ckks.form</c>, <c>ckks.scale</c>, <c>ckks.length</c>, <c>ckks.word</c>, <c>ckks.seed</c>, <c>ckks.keys</c>, <c>ckks.too-many-keys</c>, <c>ckks.secret-key</c>, <c>ckks.plaintext</c>.</param>
/// <param name="Field">Where, by SEAL's names: <c>ciphertext.parms_id</c>, <c>galois_keys[4][0].data</c>.</param>
/// <param name="Message">What came and what to change. Public: lengths, ids and counts only.</param>
public sealed record FormatFault(string Code, string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Field}: {Message}";
}
