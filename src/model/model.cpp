#include "amt/model/model.hpp"

#include <stdexcept>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/ops/weights.hpp"
#include "pass.hpp"

namespace amt {
namespace {

const ModelConfig& validated(const ModelConfig& config) {
  config.validate();
  return config;
}

}  // namespace

struct Model::Impl {
  Impl(Ops& o, const ModelConfig& c, int rows, Purpose purpose)
      : ops(o),
        config(validated(c)),
        micro_batch(rows),
        layout(c),
        starts(section_starts(layout)),
        parameters(Buffer::floats(o, layout.total())),
        gradients(purpose == Purpose::kTraining ? Buffer::floats(o, layout.total()) : Buffer()),
        weights(parameters.as<float>(), layout),
        readable(o, parameters.as<float>(), layout.total()),
        work(o, c, Dim{rows} * c.seq_len, purpose) {
    parameters.zero();
    if (purpose == Purpose::kTraining) gradients.zero();
  }

  /// A model made for inference has nothing that belongs to a backward pass.
  void require_training() const;
  /// Error unless a host buffer has the layout's size.
  void check_size(std::size_t floats) const;
  /// Checks a batch and takes it to the device.
  void load(std::span<const Token> tokens, int rows);
  Pass forward(std::span<const Token> tokens, int rows, const DropoutKey& key, bool dropout);

  Ops& ops;
  ModelConfig config;
  int micro_batch;
  ParameterLayout layout;
  std::vector<std::int64_t> starts;
  Buffer parameters, gradients;
  ModelView weights;
  Weights readable;  ///< the parameters, as operators take them
  Workspace work;
  bool weights_changed = true;
};

void Model::Impl::require_training() const {
  if (gradients.bytes() > 0) return;
  throw std::logic_error("a model that was made for inference was asked for gradients");
}

void Model::Impl::check_size(std::size_t floats) const {
  if (floats == static_cast<std::size_t>(layout.total())) return;
  throw Error(str_cat("a buffer of ", floats, " floats was given for a model of ", layout.total(),
                      ", padding included: were they made for another configuration?"));
}

void Model::Impl::load(std::span<const Token> tokens, int rows) {
  const std::size_t expected =
      static_cast<std::size_t>(rows) * static_cast<std::size_t>(config.seq_len);
  if (rows < 1 || rows > micro_batch || tokens.size() != expected) {
    throw Error(str_cat("a batch of ", rows, " rows and ", tokens.size(),
                        " tokens was given to a model ", "made for 1 to ", micro_batch, " rows of ",
                        config.seq_len));
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] < config.vocab_size) continue;
    throw Error(str_cat("token ", tokens[i], " at position ", i % std::size_t(config.seq_len),
                        " of row ", i / std::size_t(config.seq_len),
                        " is outside the vocabulary of ", config.vocab_size,
                        ": is the dataset of another encoding?"));
  }
  ops.to_device(work.tokens.as<Token>(), tokens.data(), tokens.size_bytes());
}

Pass Model::Impl::forward(std::span<const Token> tokens, int rows, const DropoutKey& key,
                          bool dropout) {
  load(tokens, rows);
  if (weights_changed) readable.refresh();
  weights_changed = false;
  Pass pass(ops, config, weights, work, rows, key, dropout);
  pass.forward();
  return pass;
}

Model::Model(Ops& ops, const ModelConfig& config, int micro_batch, Purpose purpose)
    : impl_(std::make_unique<Impl>(ops, config, micro_batch, purpose)) {}
Model::~Model() = default;

const ModelConfig& Model::config() const { return impl_->config; }
const ParameterLayout& Model::layout() const { return impl_->layout; }
Ops& Model::ops() { return impl_->ops; }
float* Model::gradients() { return impl_->gradients.as<float>(); }

float* Model::parameters() {
  impl_->weights_changed = true;
  return impl_->parameters.as<float>();
}

void Model::set_parameters(std::span<const float> host) {
  impl_->check_size(host.size());
  impl_->ops.to_device(parameters(), host.data(), impl_->parameters.bytes());
}

void Model::get_parameters(std::span<float> host) {
  impl_->check_size(host.size());
  impl_->ops.to_host(host.data(), impl_->parameters.as<float>(), impl_->parameters.bytes());
}

void Model::get_gradients(std::span<float> host) {
  impl_->require_training();
  impl_->check_size(host.size());
  impl_->ops.to_host(host.data(), impl_->gradients.as<float>(), impl_->gradients.bytes());
}

void Model::zero_gradients() {
  impl_->require_training();
  impl_->gradients.zero();
}

void Model::forward_backward(std::span<const Token> tokens, int rows, const LossTerms& terms,
                             const DropoutKey& key, const GradientReady& ready) {
  impl_->require_training();
  Pass pass = impl_->forward(tokens, rows, key, true);
  pass.backward(tokens, ModelView(impl_->gradients.as<float>(), impl_->layout), terms,
                impl_->starts, ready);
}

double Model::take_loss() {
  impl_->require_training();
  double loss = 0;
  impl_->ops.to_host(&loss, impl_->work.loss.as<double>(), sizeof(loss));
  impl_->work.loss.zero();
  return loss;
}

void Model::losses(std::span<const Token> tokens, int rows, std::span<float> losses) {
  const Pass pass = impl_->forward(tokens, rows, {}, false);
  float* on_device = impl_->work.losses.as<float>();
  impl_->ops.run(LmHeadLosses{.losses = on_device,
                              .x = impl_->work.hf.activation(),
                              .wte = impl_->weights.wte,
                              .tokens = impl_->work.tokens.as<Token>(),
                              .shape = pass.lm_head_shape()});
  impl_->ops.to_host(losses.data(), on_device, losses.size_bytes());
}

void Model::logits(std::span<const Token> tokens, int rows, std::span<float> logits) {
  const Pass pass = impl_->forward(tokens, rows, {}, false);
  const Buffer on_device = Buffer::floats(impl_->ops, static_cast<Dim>(logits.size()));
  const LmHeadShape shape = pass.lm_head_shape();
  impl_->ops.run(LmHeadLogits{.logits = on_device.as<float>(),
                              .x = impl_->work.hf.activation(),
                              .wte = impl_->weights.wte,
                              .n = shape.rows * shape.seq_len,
                              .width = shape.width,
                              .vocab = shape.vocab,
                              .padded_vocab = shape.padded_vocab});
  impl_->ops.to_host(logits.data(), on_device.as<float>(), logits.size_bytes());
}

}  // namespace amt
