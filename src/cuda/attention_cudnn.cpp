// The only file that uses cuDNN and cudnn-frontend, which builds graphs of cuDNN's operations. All
// layers share one plan per shape and direction, because each call passes its own scale.
#include <cudnn_frontend.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "amt/base/error.hpp"
#include "attention.hpp"
#include "attention_layout.hpp"
#include "device_memory.hpp"

namespace amt::cuda {
namespace {

namespace fe = cudnn_frontend;
using Graph = fe::graph::Graph;
using Tensor = std::shared_ptr<fe::graph::Tensor_attributes>;

/// The names of a plan's tensors, for which a call passes pointers.
enum Name : std::int64_t { kQ = 1, kK, kV, kOut, kLse, kDout, kDq, kDk, kDv, kScale };

using Pointers = std::unordered_map<std::int64_t, void*>;

void check_cudnn(cudnnStatus_t status, const char* what) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  throw Error(fmt::format("cuDNN: {}: {}", what, cudnnGetErrorString(status)));
}

struct DestroyHandle {
  void operator()(cudnnHandle_t handle) const { cudnnDestroy(handle); }
};
using Handle = std::unique_ptr<std::remove_pointer_t<cudnnHandle_t>, DestroyHandle>;

Handle make_handle(cudaStream_t stream) {
  cudnnHandle_t raw = nullptr;
  check_cudnn(cudnnCreate(&raw), "starting");
  Handle handle(raw);
  check_cudnn(cudnnSetStream(raw, stream), "choosing the stream");
  return handle;
}

std::vector<std::int64_t> list(const std::array<Dim, 4>& a) { return {a.begin(), a.end()}; }

void lay_out(const Tensor& tensor, Name name, const TensorLayout& layout, fe::DataType_t type) {
  tensor->set_uid(name).set_dim(list(layout.sizes)).set_stride(list(layout.strides));
  tensor->set_data_type(type);
}

Tensor input(Graph& graph, Name name, const TensorLayout& layout,
             fe::DataType_t type = fe::DataType_t::BFLOAT16) {
  const Tensor tensor = graph.tensor(fe::graph::Tensor_attributes());
  lay_out(tensor, name, layout, type);
  return tensor;
}

void output(const Tensor& tensor, Name name, const TensorLayout& layout,
            fe::DataType_t type = fe::DataType_t::BFLOAT16) {
  tensor->set_output(true);
  lay_out(tensor, name, layout, type);
}

/// Adds a scalar input, which is read from host memory when a plan is executed.
Tensor scale_input(Graph& graph) {
  const Tensor scale = input(graph, kScale, {{1, 1, 1, 1}, {1, 1, 1, 1}}, fe::DataType_t::FLOAT);
  scale->set_is_pass_by_value(true);
  return scale;
}

void set_types(Graph& graph) {
  graph.set_io_data_type(fe::DataType_t::BFLOAT16)
      .set_intermediate_data_type(fe::DataType_t::FLOAT)
      .set_compute_data_type(fe::DataType_t::FLOAT);
}

void describe_forward(Graph& graph, const AttentionShape& s) {
  set_types(graph);
  const Tensor q = input(graph, kQ, qkv_layout(s)), k = input(graph, kK, qkv_layout(s));
  const Tensor v = input(graph, kV, qkv_layout(s));
  auto options = fe::graph::SDPA_attributes()
                     .set_name("attention_forward")
                     .set_generate_stats(true)
                     .set_diagonal_alignment(fe::DiagonalAlignment_t::TOP_LEFT)
                     .set_diagonal_band_right_bound(0)
                     .set_attn_scale(scale_input(graph));
  const auto [out, stats] = graph.sdpa(q, k, v, options);
  output(out, kOut, out_layout(s));
  output(stats, kLse, lse_layout(s), fe::DataType_t::FLOAT);
}

void describe_backward(Graph& graph, const AttentionShape& s, bool deterministic) {
  set_types(graph);
  const Tensor q = input(graph, kQ, qkv_layout(s)), k = input(graph, kK, qkv_layout(s));
  const Tensor v = input(graph, kV, qkv_layout(s)), out = input(graph, kOut, out_layout(s));
  const Tensor dout = input(graph, kDout, out_layout(s));
  const Tensor stats = input(graph, kLse, lse_layout(s), fe::DataType_t::FLOAT);
  auto options = fe::graph::SDPA_backward_attributes()
                     .set_name("attention_backward")
                     .set_deterministic_algorithm(deterministic)
                     .set_diagonal_alignment(fe::DiagonalAlignment_t::TOP_LEFT)
                     .set_diagonal_band_right_bound(0)
                     .set_attn_scale(scale_input(graph));
  const auto [dq, dk, dv] = graph.sdpa_backward(q, k, v, out, dout, stats, options);
  output(dq, kDq, qkv_layout(s));
  output(dk, kDk, qkv_layout(s));
  output(dv, kDv, qkv_layout(s));
}

/// direction, rows, length, heads, head_dim
using Key = std::array<Dim, 5>;
Key key_of(const AttentionShape& s, Direction direction) {
  return {static_cast<Dim>(direction), s.rows, s.key_len, s.heads, s.head_dim};
}

/// The plan for one direction of a shape, or the reason why there is none. A graph must not be
/// moved, because its nodes may point to it.
struct Plan {
  Graph graph;
  std::string why_not = "its plan was not finished";
};

/// Returns "", or the error on one line.
std::string text(fe::error_t error) {
  if (error.is_good()) return "";
  std::string message = error.get_message();
  std::replace(message.begin(), message.end(), '\n', ' ');
  return message.empty() ? "an error without a message" : message;
}

/// Builds the graph's plan. Returns "", or the reason why there is none.
std::string build(Graph& graph, cudnnHandle_t handle) {
  return text(graph.build(handle, {fe::HeurMode_t::A}));
}

class CudnnAttention final : public FusedAttention {
 public:
  CudnnAttention(CudaOps& ops, bool deterministic)
      : handle_(make_handle(ops.stream())), workspace_(ops), deterministic_(deterministic) {}

  std::string name() const override {
    const std::size_t v = cudnnGetVersion();  // 91900
    return fmt::format("cuDNN {}.{}.{}", v / 10000, v / 100 % 100, v % 100);
  }

  bool supports(const AttentionShape& shape, Direction direction, std::string* why) override {
    *why = plan(shape, direction).why_not;
    return why->empty();
  }

  void run(const TypedAttentionForward& op) override {
    Pointers pointers{{kOut, op.out}, {kLse, op.lse}};
    add(pointers, {kQ, kK, kV}, {op.q, op.k, op.v});
    execute(Direction::kForward, pointers, op.shape, "attention_forward");
  }

  void run(const TypedAttentionBackward& op) override {
    Pointers pointers{{kOut, const_cast<Bf16*>(op.out)},
                      {kDout, const_cast<Bf16*>(op.dout)},
                      {kLse, const_cast<float*>(op.lse)}};
    add(pointers, {kQ, kK, kV}, {op.q, op.k, op.v});
    add(pointers, {kDq, kDk, kDv}, {constant(op.dq), constant(op.dk), constant(op.dv)});
    execute(Direction::kBackward, pointers, op.shape, "attention_backward");
  }

 private:
  using Parts = std::array<HeadsOf<const Bf16>, 3>;
  static HeadsOf<const Bf16> constant(const HeadsOf<Bf16>& heads) {
    return {heads.data, heads.first, heads.row_stride, heads.stride};
  }
  /// cuDNN's pointers are not const, even for inputs.
  static void add(Pointers& pointers, const std::array<Name, 3>& names, const Parts& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      pointers[names[i]] = const_cast<Bf16*>(parts[i].data) + parts[i].first;
    }
  }

  /// Returns the plan; building one takes about half a second.
  const Plan& plan(const AttentionShape& shape, Direction direction) {
    const auto [place, is_new] = plans_.try_emplace(key_of(shape, direction));
    Plan& plan = place->second;
    if (!is_new) return plan;
    if (direction == Direction::kForward) {
      describe_forward(plan.graph, shape);
    } else {
      describe_backward(plan.graph, shape, deterministic_);
    }
    plan.why_not = build(plan.graph, handle_.get());
    return plan;
  }

  void execute(Direction direction, Pointers& pointers, const AttentionShape& shape,
               const char* what) {
    const Graph& graph = plan(shape, direction).graph;
    float scale = shape.scale;
    pointers[kScale] = &scale;
    void* workspace = workspace_.bytes(static_cast<std::size_t>(graph.get_workspace_size()));
    const std::string error = text(graph.execute(handle_.get(), pointers, workspace));
    if (error.empty()) return;
    throw Error(
        fmt::format("cuDNN: {}: {}: use --trainer.attention plain, or another version of "
                    "cuDNN",
                    what, error));
  }

  Handle handle_;
  Scratch workspace_;
  bool deterministic_;
  std::map<Key, Plan> plans_;
};

}  // namespace

std::unique_ptr<FusedAttention> make_cudnn_attention(CudaOps& ops, bool deterministic) {
  return std::make_unique<CudnnAttention>(ops, deterministic);
}

}  // namespace amt::cuda
