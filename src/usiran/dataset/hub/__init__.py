"""The Hugging Face Hub: what is published, planned and sent."""
