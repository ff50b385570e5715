using System.Buffers.Binary;
using PrivacyGrains.Ckks.Hashing;
using PrivacyGrains.Ckks.Keys;
using PrivacyGrains.Ckks.Parameters;

namespace PrivacyGrains.Ckks.Formats;

/// <summary>Reads the body of relinearisation or Galois keys (<c>KSwitchKeys</c>) in pieces that it asks for, and holds one key at a time. Does no I/O: whoever has the bytes hands them on, awaiting them or not.</summary>
/// <remarks>Body: parms_id 32 | places 8 | for each place: entries 8 | that many keys, each an object of its own. Ask <see cref="Needed"/>, give exactly as many bytes of the unpacked body to <see cref="Advance"/>, until it is 0; then no byte may follow. Not thread-safe.</remarks>
public sealed class SwitchingKeysParser
{
    internal const int PrefixLength = ParametersId.Length + 8;

    private readonly CkksContext _context;
    private readonly SealVersion _version;
    private readonly bool _isGalois;
    private readonly int _mostKeys;
    private readonly string _name;
    private List<Ciphertext> _entries = [];
    private List<ExpansionSeed> _seeds = [];
    private Step _step = Step.Prefix;
    private int _places;
    private int _place;
    private int _keys;
    private CiphertextHead _head;

    private SwitchingKeysParser(CkksContext context, SealVersion version, bool isGalois, int mostKeys)
    {
        (_context, _version, _isGalois, _mostKeys) = (context, version, isGalois, mostKeys);
        (_name, Needed) = (isGalois ? "galois_keys" : "relin_keys", PrefixLength);
    }

    private enum Step
    {
        Prefix,
        Place,
        Head,
        Rest,
        Done,
    }

    /// <summary>How many bytes it wants next; 0 at the end.</summary>
    public int Needed { get; private set; }

    /// <summary>The Galois element of the key that the last <see cref="Advance"/> gave: odd, less than 2N. 1 for relinearisation keys.</summary>
    public int Element => (2 * _place) - 1;

    /// <summary>A parser of Galois keys.</summary>
    /// <param name="context">With a special prime.</param>
    /// <param name="version">As the object's header says.</param>
    /// <param name="limits">For the number of keys.</param>
    /// <returns>The parser.</returns>
    public static SwitchingKeysParser OfGaloisKeys(CkksContext context, SealVersion version, FormatLimits limits) => new(context, version, true, limits.MostGaloisKeys);

    /// <summary>A parser of relinearisation keys.</summary>
    /// <param name="context">With a special prime.</param>
    /// <param name="version">As the object's header says.</param>
    /// <returns>The parser.</returns>
    public static SwitchingKeysParser OfRelinearizationKeys(CkksContext context, SealVersion version) => new(context, version, false, 1);

    /// <summary>Takes the next piece.</summary>
    /// <param name="bytes">Untrusted; exactly <see cref="Needed"/>.</param>
    /// <param name="key">A key, where this piece ended one.</param>
    /// <returns>Null, or what is wrong: then nothing more may be given.</returns>
    public FormatFault? Advance(ReadOnlySpan<byte> bytes, out SwitchingKey? key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Needed);
        key = null;
        return _step switch
        {
            Step.Prefix => Prefix(bytes),
            Step.Place => Place(bytes),
            Step.Head => Head(bytes),
            Step.Rest => Rest(bytes, out key),
            _ => throw new InvalidOperationException("The keys are at their end."),
        };
    }

    private FormatFault? Prefix(ReadOnlySpan<byte> bytes)
    {
        var path = new FieldPath(_name);
        var id = ParametersId.Read(bytes);
        if (!_context.CanSwitchKeys)
        {
            return path.Fault("ckks.parameters", "parms_id", "These parameters have no special prime: they take no such keys.");
        }

        if (id != _context.IdOf(_context.PrimeCount))
        {
            return path.Fault("ckks.parameters", "parms_id", $"{id} is not the key level of these parameters, {_context.IdOf(_context.PrimeCount)}: make the keys under the parameters that this service states.");
        }

        var places = BinaryPrimitives.ReadUInt64LittleEndian(bytes[ParametersId.Length..]);
        if (places == (ulong)(_context.PrimeCount * _context.Degree))
        {
            return CiphertextHead.SecretKeyFault(path);
        }

        var most = _isGalois ? _context.Degree : 1;
        if (places < 1 || places > (ulong)most)
        {
            return path.Fault("ckks.keys", "size", _isGalois ? $"It has {places} places; Galois keys at this degree have {most}." : $"It has {places} keys; relinearisation from 3 polynomials to 2 takes 1.");
        }

        _places = (int)places;
        return Go(Step.Place, 8);
    }

    private FormatFault? Place(ReadOnlySpan<byte> bytes)
    {
        var entries = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var path = new FieldPath(_name, _place);
        if (entries == 0)
        {
            return _isGalois ? NextPlace() : path.Fault("ckks.keys", "size", "The one relinearisation key is missing.");
        }

        if (entries != (ulong)_context.DataPrimeCount)
        {
            return path.Fault("ckks.keys", "size", $"It has {entries} entries; one for each of the {_context.DataPrimeCount} data primes belongs.");
        }

        if (++_keys > _mostKeys)
        {
            return path.Fault("ckks.too-many-keys", "", $"More than {_mostKeys} keys: make those of the steps that the service asks for alone.");
        }

        (_entries, _seeds) = (new List<Ciphertext>(_context.DataPrimeCount), new List<ExpansionSeed>(_context.DataPrimeCount));
        return Go(Step.Head, CiphertextLayout.HeadLength(_version));
    }

    private FormatFault? Head(ReadOnlySpan<byte> bytes)
    {
        var path = new FieldPath(_name, _place, _entries.Count);
        if (CiphertextHead.TryRead(_context, _version, bytes[SealHeader.Length..], 0, path, out _head) is { } fault)
        {
            return fault;
        }

        var rest = _head.RestLength(_context.Degree);
        return SealHeader.TryReadNested(bytes, _version, CiphertextLayout.HeadLength(_version) + rest, path, "") ?? Go(Step.Rest, rest);
    }

    private FormatFault? Rest(ReadOnlySpan<byte> bytes, out SwitchingKey? key)
    {
        key = null;
        var entry = new Ciphertext();
        if (CiphertextBody.TryRead(_context, _version, _head, bytes, new FieldPath(_name, _place, _entries.Count), entry, out var seed) is { } fault)
        {
            return fault;
        }

        _entries.Add(entry);
        _seeds.Add(seed);
        if (_entries.Count < _context.DataPrimeCount)
        {
            return Go(Step.Head, CiphertextLayout.HeadLength(_version));
        }

        key = new SwitchingKey(_entries) { Seeds = _seeds.Exists(s => s.IsKnown) ? _seeds : [] };
        return NextPlace();
    }

    private FormatFault? NextPlace()
    {
        _place++;
        return _place < _places ? Go(Step.Place, 8)
            : _keys == 0 ? new FieldPath(_name).Fault("ckks.keys", "", "There is no key in it.")
            : Go(Step.Done, 0);
    }

    private FormatFault? Go(Step step, int needed)
    {
        (_step, Needed) = (step, needed);
        return null;
    }
}
