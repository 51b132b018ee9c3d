#include "amt/tokens/unit_tokenizer.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/tokens/anticipate.hpp"

namespace amt {
namespace {

double percent(std::uint64_t part, std::size_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

TokenStats& TokenStats::operator+=(const TokenStats& other) {
  sequences += other.sequences;
  rests += other.rests;
  too_short += other.too_short;
  too_long += other.too_long;
  too_many_instruments += other.too_many_instruments;
  discarded_rows += other.discarded_rows;
  truncations += other.truncations;
  files_kept += other.files_kept;
  seconds_of_music += other.seconds_of_music;
  return *this;
}

UnitTokenizer::UnitTokenizer(Encoding encoding, int augment, RowSink sink)
    : encoding_(encoding), augment_(augment), packer_(sink), interarrival_packer_(sink) {
  if (augment < 1) throw UsageError(str_cat("augment is ", augment, ": it must be at least 1"));
  if (encoding == Encoding::kInterarrival && augment != 1) {
    throw UsageError(str_cat("augment is ", augment,
                             ": the interarrival encoding has no augmentation, set it to 1"));
  }
}

FileOutcome UnitTokenizer::add(const Playback& playback) {
  pairing_.find(playback, notes_);
  const FileOutcome outcome = make_piece(notes_, piece_);
  if (outcome == FileOutcome::kKept) {
    if (encoding_ == Encoding::kArrival) {
      add_arrival();
    } else {
      add_interarrival(playback);
    }
  }
  count(outcome);
  describe(playback, outcome);
  return outcome;
}

void UnitTokenizer::release_scratch() {
  pairing_ = {};
  notes_ = {};
  piece_ = {};
  augmented_ = {};
  padded_ = {};
  triples_ = {};
  tokens_ = {};
}

void UnitTokenizer::add_arrival() {
  for (int k = 0; k < augment_; ++k) {
    augment(piece_, k, random_, augmented_);
    const std::uint64_t rests = pad(augmented_.events, piece_.end_time, padded_);
    stats_.rests += rests;
    if (k == 0) profile_.rests.add(kShareEdges, percent(rests, padded_.size()));
    anticipate(padded_, augmented_.controls, triples_);
    packer_.add(triples_, anticipates(k));
  }
  stats_.truncations += piece_.truncations * static_cast<std::uint64_t>(augment_);
}

void UnitTokenizer::add_interarrival(const Playback& playback) {
  const std::uint64_t truncations = interarrival_of(playback, tokens_);
  interarrival_packer_.add(tokens_);
  stats_.truncations += truncations;
}

void UnitTokenizer::count(FileOutcome outcome) {
  stats_.too_short += outcome == FileOutcome::kTooShort ? 1 : 0;
  stats_.too_long += outcome == FileOutcome::kTooLong ? 1 : 0;
  stats_.too_many_instruments += outcome == FileOutcome::kTooManyInstruments ? 1 : 0;
  stats_.sequences = packer_.rows() + interarrival_packer_.rows();
  stats_.discarded_rows = packer_.discarded();
  if (outcome != FileOutcome::kKept) return;
  ++stats_.files_kept;
  stats_.seconds_of_music += piece_.seconds();
}

void UnitTokenizer::describe(const Playback& playback, FileOutcome outcome) {
  const auto tokens = static_cast<double>(
      encoding_ == Encoding::kArrival ? 3 * notes_.size() : interarrival_size(playback));
  const double seconds = notes_.empty() ? 0 : notes_.back().onset / kTimeResolution;
  profile_.tokens_before.add(kTokenEdges, tokens);
  profile_.seconds_before.add(kSecondEdges, seconds);
  if (outcome != FileOutcome::kKept) return;
  profile_.tokens_after.add(kTokenEdges, tokens);
  profile_.seconds_after.add(kSecondEdges, seconds);
  profile_.tokens_per_second.add(kRateEdges, tokens / piece_.seconds());
  ++profile_.instruments_in_piece[piece_.instruments.size()];
  for (const std::uint8_t instrument : piece_.instruments) ++profile_.pieces_with[instrument];
}

}  // namespace amt
