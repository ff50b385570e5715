using PrivacyGrains.Protocols.Sharing;

namespace PrivacyGrains.Protocols.Inference;

/// <summary>One tensor of weights that a layer takes. Public: its name, shape and stated bound, not its numbers.</summary>
/// <param name="Name">As <c>weights</c> or <c>bias</c>.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Bound">No |number| is greater.</param>
/// <param name="FractionalBits">Of its fixed-point encoding; need not be those of the values.</param>
/// <param name="IsSecret">Whether it is shared among the parties; otherwise all of them know it.</param>
public sealed record LayerParameter(string Name, TensorShape Shape, double Bound, int FractionalBits, bool IsSecret);
