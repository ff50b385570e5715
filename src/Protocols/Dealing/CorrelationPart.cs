namespace PrivacyGrains.Protocols.Dealing;

/// <summary>How a part of a correlation comes about.</summary>
internal enum PartRole
{
    /// <summary>A uniform element: whatever the seeds give.</summary>
    Random,

    /// <summary>An element that the dealer computed: the seeds give all shares but the corrected ones.</summary>
    Fixed,

    /// <summary>Uniform XOR-shared bits.</summary>
    RandomBits,

    /// <summary>XOR-shared bits that the dealer computed.</summary>
    FixedBits,

    /// <summary>Uniform bits of each party's own, which only the dealer knows as well: no shares of anything.</summary>
    Own,

    /// <summary>Words that the dealer computed and all parties get alike.</summary>
    Common,
}

/// <summary>One vector of a correlation.</summary>
internal readonly record struct CorrelationPart(PartRole Role, int Words);
