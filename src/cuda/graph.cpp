#include "graph.hpp"

#include <fmt/core.h>

#include <type_traits>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/process/log.hpp"
#include "device.hpp"

namespace amt::cuda {
namespace {

struct DestroyGraph {
  void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
  void operator()(cudaGraphExec_t graph) const { cudaGraphExecDestroy(graph); }
};
using Graph = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, DestroyGraph>;
using LaunchableGraph = std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, DestroyGraph>;

class RecordedGraph final : public Recording {
 public:
  RecordedGraph(int device, cudaStream_t stream, LaunchableGraph graph)
      : device_(device), stream_(stream), graph_(std::move(graph)) {}
  void replay() override {
    const Call call(device_, "replay");
    check(cudaGraphLaunch(graph_.get(), stream_), "launching a CUDA graph");
  }

 private:
  int device_;
  cudaStream_t stream_;
  LaunchableGraph graph_;
};

/// Captures the operators that `work` queues. Ends the capture even if `work` throws.
Graph capture(cudaStream_t stream, const std::function<void()>& work) {
  // Thread-local mode lets other threads use CUDA in the meantime.
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "starting a capture");
  cudaGraph_t graph = nullptr;
  try {
    work();
  } catch (...) {
    cudaStreamEndCapture(stream, &graph);
    const Graph incomplete(graph);
    throw;
  }
  check(cudaStreamEndCapture(stream, &graph), "ending a capture");
  return Graph(graph);
}

}  // namespace

std::unique_ptr<Recording> record_graph(int device, cudaStream_t stream,
                                        const std::function<void()>& work) {
  try {
    const Graph graph = capture(stream, work);
    cudaGraphExec_t launchable = nullptr;
    check(cudaGraphInstantiateWithFlags(&launchable, graph.get(), 0), "instantiating a CUDA graph");
    return std::make_unique<RecordedGraph>(device, stream, LaunchableGraph(launchable));
  } catch (const Error& error) {
    cudaGetLastError();  // clears the error; if the device has failed, the next call reports it
    log_warning(
        fmt::format("generation is slower, because its steps cannot be recorded as CUDA graphs: {}",
                    error.what()));
    return nullptr;
  }
}

}  // namespace amt::cuda
