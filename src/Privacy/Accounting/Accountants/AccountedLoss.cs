using System.Text.Json.Serialization;

namespace PrivacyGrains.Privacy.Accounting.Accountants;

/// <summary>What a plan loses.</summary>
/// <param name="Epsilon">An upper bound, in nats.</param>
/// <param name="Delta">At which it holds.</param>
/// <param name="Accountant"><c>pld</c>, <c>rdp</c> or <c>zcdp</c>.</param>
/// <param name="Order">The Renyi order that gave it; null for the others.</param>
public sealed record AccountedLoss(double Epsilon, double Delta, string Accountant, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Order);
