"""The pages as Streamlit runs them: what is asked, in which order it stands, and what a person can choose."""
