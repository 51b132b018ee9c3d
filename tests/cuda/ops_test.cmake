# A whole CudaOps on the CPU: kernels by fibers, CUDA and its libraries by stand-ins.
set(plugin ${PROJECT_SOURCE_DIR}/src/cuda)
# The operators' launches and kernels as plain C++.
file(GLOB operators CONFIGURE_DEPENDS ${plugin}/*.cu)
set_source_files_properties(${operators} PROPERTIES LANGUAGE CXX
  COMPILE_OPTIONS "-xc++;-include;${CMAKE_CURRENT_SOURCE_DIR}/cuda_on_cpu.hpp")
amt_add_test(cuda_ops_test
  SOURCES attention_choice_test.cpp cublaslt_rules_test.cpp cuda_memory_test.cpp cuda_model_test.cpp cuda_ops_test.cpp
    fake_cublaslt.cpp fake_cuda.cpp fake_cudnn.cpp gelu_choice_test.cpp launch_on_cpu.cpp matmul_plan_test.cpp shapes_test.cpp
    ${plugin}/attention.cpp ${plugin}/context.cpp ${plugin}/cublaslt_product.cpp ${plugin}/cuda_ops.cpp ${plugin}/device.cpp
    ${plugin}/device_memory.cpp ${plugin}/matmul.cpp ${plugin}/product_choice.cpp ${operators}
  DEPENDS cpu model LINK Boost::context nlohmann_json::nlohmann_json)
target_compile_definitions(cuda_ops_test PRIVATE AMT_CUDNN_ATTENTION)  # which has a stand-in, too
target_include_directories(cuda_ops_test SYSTEM PRIVATE ${AMT_CUDA_BF16_DIR} ${AMT_CUBLASLT_DIR})
