#include "amt/model/decoder.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "amt/base/error.hpp"
#include "cached_pass.hpp"
#include "model_impl.hpp"

namespace amt {
namespace {

/// The largest number of positions that one call may have to compute.
Dim positions(const ModelConfig& config, int rows) { return std::max(config.seq_len, rows); }

}  // namespace

struct Decoder::Impl {
  Impl(Model::Impl& m, int rows)
      : model(m),
        work(m.ops, m.config, positions(m.config, rows), Purpose::kInference),
        cache(m.ops, m.config, rows),
        logits(Buffer::floats(m.ops, Dim{rows} * m.config.vocab_size)),
        known(rows) {
    for (auto& tokens : known) tokens.reserve(m.config.seq_len);
  }

  void check(const DecoderRow& row) const;
  /// Refreshes the operators' weights if the parameters changed, and drops what was cached with
  /// older ones.
  void forget_if_changed();
  /// Computes everything in a row's context except its last token.
  void catch_up(const DecoderRow& row);
  /// Computes the last token of each row.
  void step(std::span<const DecoderRow> rows);
  void forward(std::span<const Token> tokens);
  /// Runs one arbitrary token, so that the device's preparations do not delay the first note.
  void warm_up();
  /// Adds one position, to the previous segment if possible.
  void add(const Segment& next);

  Model::Impl& model;
  Workspace work;
  KeyValueCache cache;
  Buffer logits;
  std::vector<std::vector<Token>> known;  ///< for each row, the cached tokens
  std::uint64_t version = 0;              ///< version of the parameters used for the cache
  std::vector<Segment> segments;
  std::vector<Token> newest;
};

void Decoder::Impl::check(const DecoderRow& row) const {
  const std::size_t size = row.context.size(),
                    most = static_cast<std::size_t>(model.config.seq_len);
  if (row.row < 0 || row.row >= std::ssize(known)) {
    throw Error(fmt::format("row {} of a decoder for {} rows", row.row, known.size()));
  }
  if (size == 0 || size > most) {
    throw Error(fmt::format("a context of {} tokens: the model accepts 1 to {}", size, most));
  }
  model.check_tokens(row.context, model.config.seq_len);
}

void Decoder::Impl::forget_if_changed() {
  model.refresh();
  if (version == model.versions) return;
  for (auto& tokens : known) tokens.clear();
  version = model.versions;
}

void Decoder::Impl::forward(std::span<const Token> tokens) {
  model.ops.to_device(work.tokens.as<Token>(), tokens.data(), tokens.size_bytes());
  CachedPass(model.ops, model.config, model.weights, work, cache, segments).forward();
}

void Decoder::Impl::warm_up() {
  forget_if_changed();
  segments.assign(1, {.length = 1});
  const Token any = 0;
  forward({&any, 1});
}

void Decoder::Impl::catch_up(const DecoderRow& row) {
  std::vector<Token>& seen = known[row.row];
  const std::span<const Token> before = row.context.first(row.context.size() - 1);
  const auto differs = std::ranges::mismatch(seen, before);
  seen.erase(differs.in1, seen.end());
  const std::span<const Token> fresh(differs.in2, before.end());
  if (fresh.empty()) return;
  segments.assign(1, {row.row, std::ssize(seen), std::ssize(fresh)});
  forward(fresh);
  seen.insert(seen.end(), fresh.begin(), fresh.end());
}

void Decoder::Impl::add(const Segment& next) {
  if (!segments.empty()) {
    Segment& last = segments.back();
    if (next.row == last.row + last.rows && next.first == last.first) {
      ++last.rows;
      return;
    }
  }
  segments.push_back(next);
}

void Decoder::Impl::step(std::span<const DecoderRow> rows) {
  segments.clear();
  newest.clear();
  for (const DecoderRow& row : rows) {
    add({row.row, std::ssize(row.context) - 1, 1});
    newest.push_back(row.context.back());
  }
  forward(newest);
  for (const DecoderRow& row : rows) known[row.row].push_back(row.context.back());
}

std::size_t Decoder::estimate_bytes(const ModelConfig& config, int rows,
                                    std::size_t activation_bytes) {
  return workspace_bytes(config, positions(config, rows), activation_bytes, Purpose::kInference) +
         KeyValueCache::bytes(config, rows, activation_bytes) +
         Dim{rows} * config.vocab_size * sizeof(float);
}

Decoder::Decoder(Model& model, int rows) : impl_(std::make_unique<Impl>(*model.impl_, rows)) {
  impl_->warm_up();
}
Decoder::~Decoder() = default;

void Decoder::next(std::span<const DecoderRow> rows, TokenRange range, std::span<float> logits) {
  Impl& d = *impl_;
  for (const DecoderRow& row : rows) d.check(row);
  d.forget_if_changed();
  for (const DecoderRow& row : rows) d.catch_up(row);
  d.step(rows);
  const Dim width = d.model.config.hidden_dim;
  d.model.ops.run(LmHeadLogits{.logits = d.logits.as<float>(),
                               .x = d.work.lnf.activation(),
                               .wte = d.model.weights.wte + range.first * width,
                               .n = std::ssize(rows),
                               .width = width,
                               .vocab = range.size(),
                               .padded_vocab = range.size()});
  d.model.ops.to_host(logits.data(), d.logits.as<float>(),
                      rows.size() * static_cast<std::size_t>(range.size()) * sizeof(float));
}

}  // namespace amt
